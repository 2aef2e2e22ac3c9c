"""The national queries by PySpark on a cluster of two worker processes, as any engine would ask them: from the files alone.

    python national.py TABLE QUERY.sql ...      prints {"executors": 2, "answers": {QUERY: [[...], ...]}}

Needs nothing of Đối Soát: what it does with the open table is what docs/open_table.md says.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession


def main(root: str, queries: list[str]) -> None:
    """Print what each query comes to."""
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))  # what starts a worker asks for it
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")  # begin once both workers are there
        .getOrCreate()
    )
    try:
        open_table(spark, f"{root}/v1")
        answers = {}
        for query in queries:
            rows = spark.sql(Path(query).read_text(encoding="utf-8")).collect()
            answers[Path(query).stem] = [list(row) for row in rows]
        executors = len(spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1  # one is the driver's
        print(json.dumps({"executors": executors, "answers": answers}, default=str))
    finally:
        spark.stop()


def open_table(spark: SparkSession, root: str) -> None:
    """Make each table a view: of the files that the commits name, and of no other."""
    nights = spark.read.json(f"{root}/_nights/*/*.json")
    named: dict[str, list[str]] = {}
    for file in nights.selectExpr("explode(files) as file").select("file.*").collect():
        named.setdefault(file.table, []).append(f"{root}/{file.path}")
    for table, files in named.items():
        spark.read.option("basePath", f"{root}/{table}").parquet(*files).createOrReplaceTempView(table)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
