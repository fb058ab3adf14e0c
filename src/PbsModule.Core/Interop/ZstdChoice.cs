namespace PbsModule.Core.Interop;

/// <summary>
/// Reads the choice of an implementation from the environment: <c>PBS_ZSTD</c> is <c>managed</c> or <c>library</c>. Any
/// other value selects automatically.
/// </summary>
internal static class ZstdChoice
{
    public const string Variable = "PBS_ZSTD";

    /// <summary>The current choice. Each new object reads it again, so that a session can change it.</summary>
    public static ZstdImplementation OfEnvironment => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Whether a choice means libzstd on this machine.</summary>
    public static bool IsLibrary(ZstdImplementation choice) =>
        choice == ZstdImplementation.Library || (choice == ZstdImplementation.Automatic && LibZstd.IsPresent);

    internal static ZstdImplementation Parse(string? value) => value?.ToUpperInvariant() switch
    {
        "MANAGED" => ZstdImplementation.Managed,
        "LIBRARY" => ZstdImplementation.Library,
        _ => ZstdImplementation.Automatic,
    };
}
