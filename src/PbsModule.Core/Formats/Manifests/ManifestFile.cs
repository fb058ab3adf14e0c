namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// A file as the manifest lists it. The name is untrusted: code that opens the file must check it first.
/// </summary>
/// <param name="FileName">
/// The name in the folder of the snapshot with its extension, for example <c>root.pxar.didx</c>.
/// </param>
/// <param name="CryptMode">The protection of the content.</param>
/// <param name="Size">The size in bytes: of the data for an index, of the file itself for a blob.</param>
/// <param name="Checksum">The SHA-256 checksum: of the entries for an index, of the file itself for a blob.</param>
public sealed record ManifestFile(string FileName, CryptMode CryptMode, ulong Size, Digest Checksum);
