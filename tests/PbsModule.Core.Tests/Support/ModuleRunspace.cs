using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PbsModule.Core.Tests;

/// <summary>
/// A PowerShell runspace in this process that has imported the module, for tests of contract and binding.
/// </summary>
/// <remarks>
/// $PSHOME, jobs, culture and native commands are not those of pwsh here; what needs them belongs to tests/Pester.
/// </remarks>
internal sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleRunspace()
    {
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        Run($"Set-StrictMode -Version Latest; Import-Module '{Manifest}' -ErrorAction Stop");
    }

    public static string Manifest { get; } = Path.Combine(AppContext.BaseDirectory, "PbsModule.psd1");

    /// <summary>The output of a script that reports no error.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = Try(script);
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        return output;
    }

    /// <summary>The output of a script and its errors, terminating ones included.</summary>
    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Try(string script)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject>();
        List<ErrorRecord> errors = [];
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException error)
        {
            errors.Add(error.ErrorRecord);
        }

        return ([.. output], [.. shell.Streams.Error, .. errors]);
    }

    public void Dispose() => _runspace.Dispose();
}
