using System.Management.Automation;
using System.Reflection;

namespace PbsModule.Cmdlets;

/// <summary>
/// Sets a cmdlet's parameters from an object given by position, as the pipeline binds them by property name, so that
/// the object means the same both ways: a file in a snapshot stays that file. Disposing of it clears the parameters
/// again.
/// </summary>
internal sealed class AdoptedParameters : IDisposable
{
    // These columns are keys that identify the object, so they are not copied.
    private static readonly HashSet<string> Keys =
        new(["Datastore", "Namespace", "BackupType", "BackupId", "BackupTime"], StringComparer.OrdinalIgnoreCase);

    private readonly PbsCmdlet _cmdlet;
    private readonly List<PropertyInfo> _adopted = [];

    private AdoptedParameters(PbsCmdlet cmdlet) => _cmdlet = cmdlet;

    /// <summary>Returns null if no parameter is set.</summary>
    public static AdoptedParameters? From(PbsCmdlet cmdlet, string parameterSet, PSObject? source)
    {
        if (source is null) return null;
        AdoptedParameters? adopted = null;
        foreach (PropertyInfo parameter in cmdlet.GetType().GetProperties())
        {
            if (!BindsByName(parameter, parameterSet)) continue;
            if (cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter.Name)) continue;
            if (ValueFor(parameter, source) is not { } value) continue;
            parameter.SetValue(cmdlet, value);
            (adopted ??= new AdoptedParameters(cmdlet))._adopted.Add(parameter);
        }

        return adopted;
    }

    public void Dispose()
    {
        foreach (PropertyInfo parameter in _adopted) parameter.SetValue(_cmdlet, null);
    }

    private static bool BindsByName(PropertyInfo parameter, string parameterSet) =>
        !Keys.Contains(parameter.Name) && !parameter.PropertyType.IsValueType
        && parameter.GetCustomAttributes<ParameterAttribute>(inherit: false).Any(each =>
            each.ValueFromPipelineByPropertyName
            && (each.ParameterSetName == ParameterAttribute.AllParameterSets || each.ParameterSetName == parameterSet));

    private static object? ValueFor(PropertyInfo parameter, PSObject source)
    {
        IEnumerable<string> aliases = parameter.GetCustomAttribute<AliasAttribute>(inherit: false)?.AliasNames ?? [];
        foreach (string name in aliases.Prepend(parameter.Name))
        {
            if (source.Properties[name]?.Value is { } given
                && LanguagePrimitives.TryConvertTo(given, parameter.PropertyType, out object? value)) return value;
        }

        return null;
    }
}
