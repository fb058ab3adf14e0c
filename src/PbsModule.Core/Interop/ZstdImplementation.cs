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
