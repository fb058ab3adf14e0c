namespace PbsModule.Core.Interop.Files;

/// <summary>Provides the implementation of <see cref="IFileMutations"/> for this platform.</summary>
internal static class FileMutations
{
    public static IFileMutations Default { get; } =
        NativeCode.HasLinux ? new LinuxFileMutations() : new PortableFileMutations();
}
