namespace PbsModule.Bench.Harness;

/// <summary>One kind of work, measured against what bounds it.</summary>
internal interface IScenario
{
    /// <summary>What stands on the command line.</summary>
    string Name { get; }

    /// <summary>One line for the usage text.</summary>
    string Summary { get; }

    /// <summary>Measures; each result is printed as it comes.</summary>
    IEnumerable<Result> Run(BenchContext context);
}
