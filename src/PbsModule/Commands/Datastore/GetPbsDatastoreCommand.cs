using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;

namespace PbsModule.Commands;

/// <summary>Lists registered datastores, or opens a folder as a datastore.</summary>
[Cmdlet(VerbsCommon.Get, "PbsDatastore", DefaultParameterSetName = NameSet)]
[OutputType(typeof(DatastoreInfo))]
public sealed class GetPbsDatastoreCommand : PbsDatastoreCmdlet
{
    private const string NameSet = "Name";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <inheritdoc/>
    [Parameter(
        ParameterSetName = NameSet,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(PbsModule.Completion.DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Folders of datastores, wildcards allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, HelpMessage = "The folder of a datastore.")]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Folders of datastores, without wildcards.</summary>
    [Parameter(
        ParameterSetName = LiteralPathSet,
        Mandatory = true,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "The folder of a datastore.")]
    [Alias("PSPath")]
    public string[]? LiteralPath { get; set; }

    protected override void Process()
    {
        foreach (string path in LiteralPath ?? []) Attempt(path, () => Open(FileSystemPath(path), isPattern: false));
        foreach (string path in Path ?? [])
        {
            bool isPattern = WildcardPattern.ContainsWildcardCharacters(path);
            Attempt(path, () =>
            {
                foreach (string folder in FileSystemPaths(path)) Open(folder, isPattern);
            });
        }

        if (ParameterSetName != NameSet) return;
        if (Datastore is null) WriteRegistered();
        else base.Process();
    }

    protected override void Process(PbsEngine engine, DatastoreContext store) =>
        WriteObject(engine.Datastores.Get(store));

    // One listing instead of one for each store, because it reads the configuration once.
    private void WriteRegistered()
    {
        WriteAll(Engine.Datastores.List([], Report, StopToken));
    }

    // A folder that matches a pattern and is not a datastore is not an error.
    private void Open(string folder, bool isPattern) => Attempt(folder, () =>
    {
        try
        {
            WriteObject(Engine.Datastores.Get(Engine.Resolver.Resolve(folder)));
        }
        catch (PbsException error) when (isPattern && error.ErrorId is PbsErrorId.DatastorePathInvalid)
        {
            WriteVerbose(error.Message);
        }
    });
}
