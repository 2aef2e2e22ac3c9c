select coalesce(sum(quarantined), 0) as unexpected, coalesce(sum(received), 0) as total from ops.load where night = %(night)s
