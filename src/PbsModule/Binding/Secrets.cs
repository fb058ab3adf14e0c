using System.Runtime.InteropServices;
using System.Security;

namespace PbsModule.Binding;

/// <summary>Passes a secret to the engine as text that is wiped at once; it is never a managed string.</summary>
internal static class Secrets
{
    public static T Use<T>(SecureString secret, SecretUse<T> use)
    {
        char[] text = GC.AllocateArray<char>(secret.Length, pinned: true);
        nint copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(copy, text, 0, text.Length);
            return use(text);
        }
        finally
        {
            Array.Clear(text);
            Marshal.ZeroFreeGlobalAllocUnicode(copy);
        }
    }
}

/// <summary>Uses a secret without keeping it.</summary>
internal delegate T SecretUse<T>(ReadOnlySpan<char> secret);
