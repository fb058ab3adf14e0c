using System.Management.Automation;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Tests;

/// <summary>The cmdlets in PowerShell's own binder: import, parameter sets, pipelines, refusals.</summary>
public sealed class BindingTests : IDisposable
{
    private readonly ModuleRunspace _module = new();

    public static TheoryData<string> Cmdlets => [.. CmdletCatalog.All.Select(c => c.Name)];

    public void Dispose() => _module.Dispose();

    [Fact]
    public void Import_under_strict_mode_exports_every_cmdlet() => Assert.Equal(
        CmdletCatalog.All.Select(c => c.Name),
        _module.Run("Get-Command -Module PbsModule -CommandType Cmdlet")
            .Select(c => ((CmdletInfo)c.BaseObject).Name).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Cmdlets))]
    public void Parameter_sets_can_be_told_apart(string name)
    {
        var command = (CmdletInfo)Assert.Single(_module.Run($"Get-Command {name}")).BaseObject;
        Assert.NotEmpty(command.ParameterSets);
        if (command.ParameterSets.Count > 1) Assert.Contains(command.ParameterSets, set => set.IsDefault);
        foreach (CommandParameterSetInfo set in command.ParameterSets)
        {
            int[] positions = [.. set.Parameters.Select(p => p.Position).Where(p => p >= 0)];
            Assert.Equal(positions.Length, positions.Distinct().Count());
            string[] names = [.. set.Parameters.SelectMany(p => p.Aliases.Append(p.Name))];
            Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        }
    }

    [Fact]
    public void Output_is_of_the_declared_type()
    {
        IReadOnlyList<PSObject> snapshots = _module.Run($"Get-PbsSnapshot '{GoldenStore.Ds1.Path}' -BackupType vm");
        Assert.NotEmpty(snapshots);
        Assert.All(snapshots, s => Assert.IsType<SnapshotInfo>(s.BaseObject));
    }

    [Fact]
    public void Objects_and_their_properties_bind_alike()
    {
        string list = $"Get-PbsSnapshot '{GoldenStore.Ds1.Path}' -BackupType vm";
        string[] whole = Names($"{list} | Get-PbsSnapshotFile");
        Assert.NotEmpty(whole);
        string keys = "Select-Object Datastore, Namespace, BackupType, BackupId, BackupTime";
        Assert.Equal(whole, Names($"{list} | {keys} | Get-PbsSnapshotFile"));
        Assert.Equal(whole, Names($"{list} | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshotFile"));
    }

    [Theory]
    [InlineData("Get-PbsSnapshot {0} | Remove-PbsGroup -WhatIf")]
    [InlineData("Get-PbsSnapshotFile {0} -BackupType vm | Remove-PbsSnapshot -WhatIf")]
    [InlineData("Get-PbsGroup {0} | Remove-PbsSnapshot -WhatIf")]
    [InlineData("Get-PbsSnapshot {0} -Latest 0")]
    [InlineData("Get-PbsSnapshot {0} -BackupTime yesterday")]
    [InlineData("Get-PbsGroup {0} -BackupType $null")]
    public void Input_of_another_kind_is_refused(string script)
    {
        string store = $"'{GoldenStore.Ds1.Path}'";
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) =
            _module.Try(script.Replace("{0}", store, StringComparison.Ordinal));
        Assert.Empty(output);
        Assert.NotEmpty(errors);
        Assert.All(errors, e => Assert.Matches("^(Parameter|Cannot|InputObjectNotBound)", e.FullyQualifiedErrorId));
    }

    [Fact]
    public async Task Runspaces_have_connections_of_their_own()
    {
        using var other = new ModuleRunspace();
        _module.Run($"$null = Connect-PbsServer '{Corpus.PathOf("config")}'");
        Assert.Single(_module.Run("Get-PbsConnection"));
        Assert.Empty(await Task.Run(() => other.Run("Get-PbsConnection"), TestContext.Current.CancellationToken));
    }

    private string[] Names(string script) =>
        [.. _module.Run(script).Select(o => $"{o.Properties["BackupId"].Value} {o.Properties["FileName"].Value}")];
}
