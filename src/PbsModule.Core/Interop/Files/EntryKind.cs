namespace PbsModule.Core.Interop.Files;

/// <summary>What a folder entry is, links not followed.</summary>
internal enum EntryKind : byte
{
    Other,
    Folder,
    File,
    Link,
}
