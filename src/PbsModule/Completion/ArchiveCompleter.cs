using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Archives of files in the snapshots that the other parameters leave; of each group's newest where no time is given.
/// </summary>
public sealed class ArchiveCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        FileNameCompleter.Snapshots(request, cancellation)
            .SelectMany(snapshot => snapshot.Files, (snapshot, file) => (Snapshot: snapshot, File: file))
            .Where(found => ArchiveName.IsFileArchive(found.File.FileName))
            .Select(found => new Candidate(
                ArchiveName.Of(found.File.FileName),
                $"{DisplayText.Size(found.File.Size)}, {found.Snapshot}"));
}
