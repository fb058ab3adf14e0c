using System.Runtime.Loader;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Tests;

/// <summary>Third-party assemblies in a load context of their own.</summary>
public sealed class LibraryContextTests
{
    [Fact]
    public void Libraries_stay_out_of_the_default_context()
    {
        using ZstdDecoder decoder = new(ZstdImplementation.Managed);
        Assert.Throws<PbsFormatException>(() => decoder.Decode([1, 2, 3, 4], new byte[10]));
        using IAesGcm cipher = LibraryContext.Libraries.CreateAesGcm(new byte[32]);

        // A library is loaded by its first use, not by making the cipher.
        cipher.Encrypt(new byte[16], [], [], new byte[16]);
        string[] names = ["PbsModule.Codecs", "ZstdSharp", "BouncyCastle.Cryptography"];
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, a => names.Contains(a.GetName().Name));
        AssemblyLoadContext own = AssemblyLoadContext.GetLoadContext(LibraryContext.Libraries.GetType().Assembly)!;
        Assert.Equal(names.Order(), own.Assemblies.Select(a => a.GetName().Name).Order());
    }

    [Fact]
    public void A_missing_library_is_an_incomplete_module()
    {
        using var folder = new TemporaryFolder();
        PbsPlatformException error = Assert.Throws<PbsPlatformException>(() => LibraryContext.LoadFrom(folder.Root));
        Assert.Equal(PbsErrorId.LibraryMissing, error.ErrorId);
        Assert.Contains(folder["PbsModule.Codecs.dll"], error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void A_damaged_library_is_an_incomplete_module()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["PbsModule.Codecs.dll"], "no assembly");
        PbsPlatformException error = Assert.Throws<PbsPlatformException>(() => LibraryContext.LoadFrom(folder.Root));
        Assert.Equal(PbsErrorId.LibraryMissing, error.ErrorId);
    }
}
