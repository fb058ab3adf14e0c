namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// A file as the manifest records it. Names are what the file says: whoever opens one checks it first.
/// </summary>
/// <param name="FileName">Name in the snapshot's folder with its extension, <c>root.pxar.didx</c>.</param>
/// <param name="CryptMode">How its content is protected.</param>
/// <param name="Size">Bytes: of the data for an index, of the file itself for a blob.</param>
/// <param name="Checksum">SHA-256: over the entries of an index, of the file itself for a blob.</param>
public sealed record ManifestFile(string FileName, CryptMode CryptMode, ulong Size, Digest Checksum);
