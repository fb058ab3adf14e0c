namespace PbsModule.Core.Interop.Files;

/// <summary>The kind of a folder entry. Links are not followed.</summary>
internal enum EntryKind : byte
{
    Other,
    Folder,
    File,
    Link,
}
