namespace PbsModule.Core.Interop;

/// <summary>The implementations of Zstandard.</summary>
public enum ZstdImplementation
{
    /// <summary>libzstd if it is found, otherwise ZstdSharp.</summary>
    Automatic,

    /// <summary>libzstd. An error if it is missing.</summary>
    Library,

    /// <summary>ZstdSharp, which is managed code. Used on machines without libzstd.</summary>
    Managed,
}
