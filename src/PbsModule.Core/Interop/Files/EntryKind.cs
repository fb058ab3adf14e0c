namespace PbsModule.Core.Interop;

/// <summary>What a folder entry is, links not followed.</summary>
internal enum EntryKind : byte
{
    Other,
    Folder,
    File,
    Link,
}
