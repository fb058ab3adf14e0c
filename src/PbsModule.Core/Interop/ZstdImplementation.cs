namespace PbsModule.Core.Interop;

/// <summary>What decodes and encodes Zstandard.</summary>
public enum ZstdImplementation
{
    /// <summary>libzstd where it is found, ZstdSharp elsewhere.</summary>
    Automatic,

    /// <summary>libzstd; an error where it is missing.</summary>
    Library,

    /// <summary>ZstdSharp, which is managed code: what a machine without libzstd uses.</summary>
    Managed,
}
