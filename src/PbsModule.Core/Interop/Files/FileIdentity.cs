namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A file or folder as the file system itself numbers it: a rename keeps the numbers, and nothing else has them as long
/// as the file is there. All zeros where the platform does not say.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    public static FileIdentity From(in LibC.StatXBuffer status) =>
        new(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode);
}
