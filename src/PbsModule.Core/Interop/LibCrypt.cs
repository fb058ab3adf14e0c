using System.Runtime.InteropServices;
using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop;

/// <summary>
/// Calls the system's password hash library, which supports every method that PBS has used (yescrypt, bcrypt, SHA-2
/// crypt and older ones). Linux only.
/// </summary>
internal static unsafe partial class LibCrypt
{
    /// <summary>
    /// More bytes than <c>struct crypt_data</c> has in any library (glibc: 128 KiB, libxcrypt: 32 KiB).
    /// </summary>
    private const int StateSize = 256 << 10;

    /// <summary>The first byte of the text that a failed call returns in place of a hash.</summary>
    private const byte FailureMark = (byte)'*';

    /// <summary>
    /// Hashes a phrase with a setting. A complete hash is also a valid setting. Returns null if the setting is not
    /// valid.
    /// </summary>
    /// <param name="phrase">The phrase. It ends at its first NUL.</param>
    /// <param name="setting">The method, cost and salt.</param>
    /// <exception cref="PbsPlatformException">The library is not installed on this machine.</exception>
    public static byte[]? Hash(ReadOnlySpan<byte> phrase, string setting)
    {
        if (!NativeCode.HasLinux) throw Missing(null);
        if (setting.Contains('\0')) return null;
        byte[] terminatedSetting = Encoding.UTF8.GetBytes(setting + '\0');
        var state = (byte*)NativeMemory.AllocZeroed(StateSize);
        byte[] terminatedPhrase = GC.AllocateArray<byte>(phrase.Length + 1, pinned: true);
        try
        {
            phrase.CopyTo(terminatedPhrase);
            byte* hash = Call(terminatedPhrase, terminatedSetting, state);
            return hash is null || *hash == FailureMark
                ? null
                : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(hash).ToArray();
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(terminatedPhrase);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(new Span<byte>(state, StateSize));
            NativeMemory.Free(state);
        }
    }

    private static byte* Call(byte[] phrase, byte[] setting, byte* state)
    {
        fixed (byte* first = phrase, second = setting)
        {
            try
            {
                return Crypt1(first, second, state);
            }
            catch (DllNotFoundException)
            {
                // Fedora and related distributions provide the same functions under the next version number.
            }

            try
            {
                return Crypt2(first, second, state);
            }
            catch (DllNotFoundException e)
            {
                throw Missing(e);
            }
        }
    }

    private static PbsPlatformException Missing(Exception? cause) =>
        new(
            PbsErrorId.LibcryptMissing,
            "secrets are checked by the system's libcrypt (libcrypt.so.1 or libcrypt.so.2), which is not on this "
                + "machine",
            null,
            cause)
        {
            RecommendedAction = OperatingSystem.IsLinux()
                ? "Install it: apt install libcrypt1 (Debian, Ubuntu), dnf install libxcrypt (Fedora, RHEL); or "
                    + "connect with -AuthId alone, as the account that owns the configuration."
                : "Connect with -AuthId alone, as the account that owns the configuration.",
        };

    [LibraryImport("libcrypt.so.1", EntryPoint = "crypt_r")]
    private static partial byte* Crypt1(byte* phrase, byte* setting, byte* state);

    [LibraryImport("libcrypt.so.2", EntryPoint = "crypt_r")]
    private static partial byte* Crypt2(byte* phrase, byte* setting, byte* state);
}
