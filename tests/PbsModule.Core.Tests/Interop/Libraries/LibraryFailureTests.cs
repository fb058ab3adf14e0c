using System.Reflection;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Tests;

/// <summary>Libraries that were found and passed their test, and fail in the midst of work.</summary>
public sealed class LibraryFailureTests
{
    private const int NoMemory = 64, Corruption = 20, ParameterOutOfBound = 42;

    [Fact]
    public void A_failure_of_OpenSSL_has_an_id_and_says_what_helps()
    {
        Skip.Unless(OpenSsl.IsUsable, "OpenSSL is not on this machine");
        using OpenSslAesGcm cipher = new(new byte[32]);

        // An IV without a byte is refused by the library itself.
        PbsPlatformException[] errors =
        [
            Assert.Throws<PbsPlatformException>(() => cipher.Encrypt([], new byte[8], new byte[8], new byte[16])),
            Assert.Throws<PbsPlatformException>(() => cipher.TryDecrypt([], new byte[8], new byte[16], new byte[8])),
        ];
        Assert.All(errors, error => Assert.Equal(PbsErrorId.LibraryFailed, error.ErrorId));
        Assert.All(
            errors, error => Assert.Contains("PBS_NATIVE=off", error.RecommendedAction!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(NoMemory, PbsErrorId.ResourcesExhausted, PbsErrorId.ResourcesExhausted)]
    [InlineData(Corruption, PbsErrorId.CompressedDataInvalid, PbsErrorId.LibraryFailed)]
    [InlineData(ParameterOutOfBound, PbsErrorId.CompressedDataInvalid, PbsErrorId.LibraryFailed)]
    public void A_lack_of_memory_is_never_taken_for_damaged_data(int code, string ofData, string ofCall)
    {
        nuint result = unchecked((nuint)(nint)(-code));
        Assert.Equal(ofData, SharpFailure("Invalid", result).ErrorId);
        Assert.Equal(ofCall, SharpFailure("Check", result).ErrorId);
        Skip.Unless(LibZstd.IsPresent, "libzstd is not on this machine");
        Assert.Equal(ofData, LibZstd.FailureOfData(result).ErrorId);
        Assert.Equal(ofCall, LibZstd.Failure(result).ErrorId);
    }

    [Fact]
    public void What_a_library_fails_at_ends_a_verification_and_condemns_nothing()
    {
        PbsException[] failures =
            [LibraryFailure.Of("OpenSSL", "it does not work"), LibraryFailure.OutOfMemory("libzstd")];
        foreach (PbsException failure in failures)
        {
            var around = new PbsStorageException(PbsErrorId.ChunkUnreadable, "around it", null, failure);
            Assert.Same(failure, Assert.ThrowsAny<PbsException>(() => Exhaustion.ThrowIf(failure)));
            Assert.Same(failure, Assert.ThrowsAny<PbsException>(() => Exhaustion.ThrowIf(around)));
        }

        Exhaustion.ThrowIf(new PbsFormatException(PbsErrorId.CompressedDataInvalid, "damaged"));
    }

    /// <summary>The error of a call in the libraries' own load context.</summary>
    private static PbsException SharpFailure(string method, nuint result)
    {
        Assembly codecs = LibraryContext.Libraries.GetType().Assembly;
        Type sharp = codecs.GetType("PbsModule.Codecs.SharpZstd", throwOnError: true)!;
        MethodInfo call = sharp.GetMethod(method, BindingFlags.Static | BindingFlags.Public)!;
        try
        {
            return (PbsException)call.Invoke(null, [result])!;
        }
        catch (TargetInvocationException e)
        {
            return (PbsException)e.InnerException!;
        }
    }
}
