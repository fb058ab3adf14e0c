namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The numbers by which the file system identifies a file or folder. A rename keeps them, and no other file has them
/// while the file exists. All zeros if the platform does not report them.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    public static FileIdentity From(in LibC.StatXBuffer status) =>
        new(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode);
}
