namespace PbsModule.Core.Interop.Files;

/// <summary>The seam's real implementation on this platform.</summary>
internal static class FileMutations
{
    public static IFileMutations Default { get; } =
        NativeCode.HasLinux ? new LinuxFileMutations() : new PortableFileMutations();
}
