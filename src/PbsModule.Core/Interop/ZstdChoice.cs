namespace PbsModule.Core.Interop;

/// <summary>
/// The choice that the environment makes: <c>PBS_ZSTD</c> is <c>managed</c> or <c>library</c>; anything else leaves it
/// open.
/// </summary>
internal static class ZstdChoice
{
    public const string Variable = "PBS_ZSTD";

    /// <summary>As it is now: asked anew by each object that is made, so that a session may change it.</summary>
    public static ZstdImplementation OfEnvironment => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Whether libzstd is to be used.</summary>
    public static bool IsLibrary(ZstdImplementation choice) =>
        choice == ZstdImplementation.Library || (choice == ZstdImplementation.Automatic && LibZstd.IsPresent);

    internal static ZstdImplementation Parse(string? value) => value?.ToUpperInvariant() switch
    {
        "MANAGED" => ZstdImplementation.Managed,
        "LIBRARY" => ZstdImplementation.Library,
        _ => ZstdImplementation.Automatic,
    };
}
