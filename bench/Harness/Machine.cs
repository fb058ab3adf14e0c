using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PbsModule.Bench.Harness;

/// <summary>The properties of the machine that the figures depend on.</summary>
internal static unsafe class Machine
{
    private static readonly string[] Telling =
        ["sha_ni", "sha1", "sha2", "pclmulqdq", "vpclmulqdq", "pmull", "aes", "vaes", "avx2", "avx512f", "crc32", "asimd"];

    public static void Describe(TextWriter output)
    {
        output.WriteLine($"cores    {Environment.ProcessorCount} × {CpuField("model name") ?? RuntimeInformation.ProcessArchitecture.ToString()}");
        output.WriteLine($"flags    {string.Join(' ', Flags())}");
        output.WriteLine($"system   {RuntimeInformation.OSDescription}");
        output.WriteLine($".NET     {RuntimeInformation.FrameworkDescription}{Build()}");
        output.WriteLine($"libzstd  {ZstdVersion()}");
        if (Load() is { } load) output.WriteLine($"load     {load} of others in the last minute: figures need a machine to themselves");
        output.WriteLine();
    }

    private static IEnumerable<string> Flags()
    {
        string? all = CpuField("flags") ?? CpuField("Features");
        if (all is null) return Intrinsics();
        HashSet<string> set = [.. all.Split(' ')];
        return Telling.Where(set.Contains);
    }

    private static IEnumerable<string> Intrinsics()
    {
        if (Pclmulqdq.IsSupported) yield return "pclmulqdq";
        if (Aes.IsSupported) yield return "aes";
        if (Avx2.IsSupported) yield return "avx2";
        if (Avx512F.IsSupported) yield return "avx512f";
        if (System.Runtime.Intrinsics.Arm.Aes.IsSupported) yield return "arm-aes";
        if (System.Runtime.Intrinsics.Arm.Sha256.IsSupported) yield return "arm-sha2";
    }

    private static string? CpuField(string name)
    {
        const string Source = "/proc/cpuinfo";
        string? line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string? Load()
    {
        const string Source = "/proc/loadavg";
        const double Quiet = 0.5;
        string? load = File.Exists(Source) ? File.ReadAllText(Source).Split(' ')[0] : null;
        return double.TryParse(load, CultureInfo.InvariantCulture, out double value) && value > Quiet ? load : null;
    }

    private static string ZstdVersion()
    {
        foreach (string name in PbsModule.Core.Interop.LibZstd.Candidates())
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) continue;
            if (NativeLibrary.TryGetExport(library, "ZSTD_versionString", out nint address))
            {
                return Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)address)()) ?? "unknown";
            }
        }

        return "not found";
    }

    private static string Build()
    {
#if DEBUG
        return " (Debug build: figures mean nothing)";
#else
        return "";
#endif
    }
}
