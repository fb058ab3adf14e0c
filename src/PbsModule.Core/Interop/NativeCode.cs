using System.Reflection;
using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// Decides whether this process calls libraries of the system, and finds them. With <c>PBS_NATIVE=off</c>, read once at
/// the start of the process, only managed code is used, as on a system that is not Linux and has no libzstd. No library
/// is then loaded for the module.
/// </summary>
internal static class NativeCode
{
    public const string Variable = "PBS_NATIVE";
    public const string Off = "off";

    static NativeCode() => NativeLibrary.SetDllImportResolver(typeof(NativeCode).Assembly, Resolve);

    /// <summary>Whether the module may call libraries of the system.</summary>
    public static bool IsAllowed { get; } =
        !string.Equals(Environment.GetEnvironmentVariable(Variable), Off, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether Linux's own calls exist and may be used: PBS's locks, owners and modes, and folders by handle.
    /// </summary>
    public static bool HasLinux { get; } = OperatingSystem.IsLinux() && IsAllowed;

    /// <summary>Loads a library. Returns false if it is missing or native code is not allowed.</summary>
    public static bool TryLoad(string name, out nint handle)
    {
        handle = 0;
        if (!IsAllowed) return false;
        foreach (string candidate in Candidates(name))
        {
            if (NativeLibrary.TryLoad(candidate, typeof(NativeCode).Assembly, null, out handle)) return true;
        }

        return false;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (!IsAllowed) throw new DllNotFoundException($"{name} is not loaded: {Variable}={Off} forbids native code");
        if (name is not (LibZstd.Library or OpenSsl.Library)) return 0;
        return TryLoad(name, out nint handle) ? handle : 0;
    }

    private static IReadOnlyList<string> Candidates(string name) => name switch
    {
        LibZstd.Library => LibZstd.Candidates(),
        OpenSsl.Library => OpenSsl.Candidates(),
        _ => [name],
    };
}
