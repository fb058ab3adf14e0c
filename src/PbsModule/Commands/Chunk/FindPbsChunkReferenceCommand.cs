using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Finds the snapshots, archives and offsets that reference chunks.</summary>
[Cmdlet(VerbsCommon.Find, "PbsChunkReference")]
[OutputType(typeof(ChunkReferenceInfo))]
public sealed class FindPbsChunkReferenceCommand : PbsDatastoreCmdlet
{
    private readonly SpaceWork<Digest> _work = new();

    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Chunks by their digests, 64 hex digits, or objects with a digest, such as bad chunks.</summary>
    [Parameter(
        Position = 1,
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "The digest of a chunk, 64 hex digits.")]
    public string[]? Digest { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        foreach (string digest in Digest!)
        {
            Attempt(digest, () => _work.Add(engine, store, [PbsModule.Core.Formats.Digest.Parse(digest)]));
        }
    }

    protected override void End() => _work.Run(this, Attempt, (engine, store, digests, onProgress) =>
        WriteAll(engine.ChunkReferences.Find(store, digests, Report, onProgress, StopToken)));
}
