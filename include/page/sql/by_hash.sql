-- Whether parts of a statement may be joined by nested loops, until the page's transaction ends: how many rows a part
-- makes, the planner cannot know. What it then thinks a plan costs is no reason to compile it.
select
    set_config('enable_nestloop', %(loops)s, true) as loops,
    set_config('jit', %(loops)s, true) as compiles
