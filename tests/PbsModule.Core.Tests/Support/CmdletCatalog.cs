using System.Management.Automation;
using System.Reflection;
using PbsModule.Cmdlets;

namespace PbsModule.Core.Tests;

/// <summary>
/// What the cmdlets declare, read from metadata only: PowerShellStandard's assembly has no bodies worth running, so no
/// attribute is ever instantiated.
/// </summary>
internal static class CmdletCatalog
{
    public static IReadOnlyList<CmdletFacts> All { get; } = typeof(PbsCmdlet).Assembly.GetTypes()
        .Where(type => Attribute<CmdletAttribute>(type) is not null)
        .Select(type => new CmdletFacts(type))
        .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)
        .ToArray();

    public static CustomAttributeData? Attribute<T>(MemberInfo member) => Attributes<T>(member).FirstOrDefault();

    public static IEnumerable<CustomAttributeData> Attributes<T>(MemberInfo member)
    {
        for (MemberInfo? m = member; m is not null; m = m is Type t ? t.BaseType : null)
        {
            foreach (CustomAttributeData data in m.GetCustomAttributesData().Where(a => a.AttributeType == typeof(T))) yield return data;
        }
    }

    /// <summary>A named argument of an attribute, its default where it is not given.</summary>
    public static T? Named<T>(CustomAttributeData data, string name) =>
        data.NamedArguments.Where(a => a.MemberName == name).Select(a => (T?)a.TypedValue.Value).FirstOrDefault();
}

internal sealed class CmdletFacts(Type type)
{
    public Type Type { get; } = type;

    public string Verb { get; } = (string)CmdletCatalog.Attribute<CmdletAttribute>(type)!.ConstructorArguments[0].Value!;

    public string Noun { get; } = (string)CmdletCatalog.Attribute<CmdletAttribute>(type)!.ConstructorArguments[1].Value!;

    public string Name => $"{Verb}-{Noun}";

    public bool SupportsShouldProcess { get; } = CmdletCatalog.Named<bool>(CmdletCatalog.Attribute<CmdletAttribute>(type)!, nameof(CmdletAttribute.SupportsShouldProcess));

    public IReadOnlyList<Type> OutputTypes { get; } = CmdletCatalog.Attributes<OutputTypeAttribute>(type)
        .SelectMany(a => a.ConstructorArguments)
        .SelectMany(a => a.Value is IEnumerable<CustomAttributeTypedArgument> list ? list.Select(i => i.Value) : [a.Value])
        .OfType<Type>().ToArray();

    public IReadOnlyList<ParameterFacts> Parameters { get; } = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => CmdletCatalog.Attribute<ParameterAttribute>(p) is not null)
        .Select(p => new ParameterFacts(p)).ToArray();

    public ParameterFacts? Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name);

    public override string ToString() => Name;
}

internal sealed class ParameterFacts(PropertyInfo property)
{
    public string Name { get; } = property.Name;

    public Type Type { get; } = property.PropertyType;

    /// <summary>One per parameter set the parameter is declared for.</summary>
    public IReadOnlyList<CustomAttributeData> Declarations { get; } = [.. CmdletCatalog.Attributes<ParameterAttribute>(property)];

    public IReadOnlyList<string> Aliases { get; } = CmdletCatalog.Attributes<AliasAttribute>(property)
        .SelectMany(a => (IEnumerable<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
        .Select(a => (string)a.Value!).ToArray();

    public bool HasCompleter { get; } = CmdletCatalog.Attribute<ArgumentCompleterAttribute>(property) is not null;

    public bool Any(string flag) => Declarations.Any(d => CmdletCatalog.Named<bool>(d, flag));

    public override string ToString() => Name;
}
