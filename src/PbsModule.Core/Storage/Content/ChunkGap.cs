using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>A part of an image or archive whose chunk could not be had: zeros are in its place.</summary>
/// <param name="Offset">Where it begins in the image or archive.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Digest">The chunk's name.</param>
/// <param name="Check">What is wrong with it.</param>
internal sealed record ChunkGap(long Offset, long Length, Digest Digest, ChunkCheck Check);
