namespace PbsModule.Core.Interop;

/// <summary>What decodes and encodes Zstandard.</summary>
public enum ZstdImplementation
{
    /// <summary>libzstd where it is found, managed code elsewhere.</summary>
    Automatic,

    /// <summary>libzstd; an error where it is missing.</summary>
    Library,

    /// <summary>Managed code, which decodes only: for data that is not trusted, and to try out what a machine without libzstd does.</summary>
    Managed,
}

/// <summary>The choice that the environment makes: <c>PBS_ZSTD</c> is <c>managed</c> or <c>library</c>; anything else leaves it open.</summary>
internal static class ZstdChoice
{
    public const string Variable = "PBS_ZSTD";

    /// <summary>As it is now: asked anew by each object that is made, so that a session may change it.</summary>
    public static ZstdImplementation OfEnvironment => Environment.GetEnvironmentVariable(Variable)?.ToUpperInvariant() switch
    {
        "MANAGED" => ZstdImplementation.Managed,
        "LIBRARY" => ZstdImplementation.Library,
        _ => ZstdImplementation.Automatic,
    };
}
