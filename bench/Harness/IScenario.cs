namespace PbsModule.Bench.Harness;

/// <summary>A kind of work, measured against its limit.</summary>
internal interface IScenario
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>One line for the usage text.</summary>
    string Summary { get; }

    /// <summary>Measures the work; each result is printed as it is returned.</summary>
    IEnumerable<Result> Run(BenchContext context);
}
