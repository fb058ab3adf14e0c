using PbsModule.Core.Formats.Names;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Completes the names of file archives in the snapshots selected by the other parameters; in each group's newest
/// snapshot if no time is given.
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
