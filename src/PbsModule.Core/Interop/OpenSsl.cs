using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop;

/// <summary>Declares the calls of OpenSSL's libcrypto for AES-256-GCM and finds the library on each platform.</summary>
internal static unsafe partial class OpenSsl
{
    public const string Library = "libcrypto";

    public const int SetIvLength = 0x9;
    public const int GetTag = 0x10;
    public const int SetTag = 0x11;

    /// <summary>
    /// Whether the library is installed on this machine, may be used, and passed the known-answer test.
    /// </summary>
    public static bool IsUsable { get; } = NativeCode.TryLoad(Library, out _) && OpenSslSelfTest.Passes();

    /// <summary>
    /// Returns the file names of versions that are known to work. The name without a version is omitted: it is the
    /// version that was installed for development, and macOS ends a process that loads the system's own library.
    /// </summary>
    public static IReadOnlyList<string> Candidates()
    {
        if (OperatingSystem.IsWindows()) return [];
        if (OperatingSystem.IsMacOS())
        {
            return
            [
                "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
                "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
            ];
        }

        return ["libcrypto.so.3", "libcrypto.so.1.1"];
    }

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OpenSslCipherHandle EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int EVP_CIPHER_CTX_ctrl(OpenSslCipherHandle context, int type, int argument, byte* pointer);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint EVP_aes_256_gcm();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int EVP_CipherInit_ex(
        OpenSslCipherHandle context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int EVP_CipherUpdate(
        OpenSslCipherHandle context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int EVP_CipherFinal_ex(OpenSslCipherHandle context, byte* output, int* outputLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void ERR_clear_error();
}

/// <summary>A cipher context.</summary>
internal sealed class OpenSslCipherHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpenSsl.EVP_CIPHER_CTX_free(handle);
        return true;
    }
}
