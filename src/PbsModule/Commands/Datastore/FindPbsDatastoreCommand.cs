using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Status;

namespace PbsModule.Commands;

/// <summary>Finds datastores at and below folders, for instance on an attached disk.</summary>
[Cmdlet(VerbsCommon.Find, "PbsDatastore", DefaultParameterSetName = "Path")]
[OutputType(typeof(FoundDatastore))]
public sealed class FindPbsDatastoreCommand : PbsCmdlet
{
    private const int UsualDepth = 5;

    /// <summary>The first folders, wildcards allowed; the current location by default.</summary>
    [Parameter(ParameterSetName = "Path", Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The first folders, without wildcards.</summary>
    [Parameter(
        ParameterSetName = "LiteralPath",
        Mandatory = true,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "The folder to start in.")]
    [Alias("PSPath")]
    public string[]? LiteralPath { get; set; }

    /// <summary>Number of levels of folders below to search.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; } = UsualDepth;

    protected override void Process()
    {
        foreach (string path in LiteralPath ?? Path ?? ["."])
        {
            Attempt(path, () =>
            {
                // A folder that matches a pattern and contains no datastore is not an error.
                bool isPattern = LiteralPath is null && WildcardPattern.ContainsWildcardCharacters(path);
                foreach (string folder in LiteralPath is null ? FileSystemPaths(path) : [FileSystemPath(path)])
                {
                    Find(folder, isPattern);
                }
            });
        }
    }

    private void Find(string folder, bool isPattern) =>
        Attempt(folder, () => WriteAll(Engine.Finder.Find(folder, Depth, problem =>
        {
            if (!isPattern || problem.ErrorId != PbsErrorId.DatastoreNotFound) Report(problem);
        }, StopToken)));
}
