// Tests wait for nodes and oracles most of their time: fixtures run beside one another, each in its own order.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
