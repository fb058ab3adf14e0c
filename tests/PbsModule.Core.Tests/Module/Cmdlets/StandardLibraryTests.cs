using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using PbsModule.Cmdlets;

namespace PbsModule.Core.Tests;

/// <summary>
/// Compares what the cmdlets use of PowerShell with PowerShellStandard.Library, the reference of what every PowerShell
/// has. What it lacks is named here, so that nothing newer gets in unseen.
/// </summary>
public sealed class StandardLibraryTests
{
    private const string Automation = "System.Management.Automation";

    // What later versions brought. Stopping at once needs the token (7.6); colour follows $PSStyle (7.2).
    private static readonly string[] Newer =
    [
        $"{Automation}.Cmdlet::get_PipelineStopToken() System.Threading.CancellationToken",
        $"{Automation}.OutputRendering",
        $"{Automation}.PSStyle",
        $"{Automation}.PSStyle::get_Instance() {Automation}.PSStyle",
        $"{Automation}.PSStyle::get_OutputRendering() {Automation}.OutputRendering",
    ];

    [Fact]
    public void The_cmdlets_use_the_standard_and_what_is_named_here()
    {
        using var module = new AssemblyView(typeof(PbsCmdlet).Assembly.Location);
        using var standard = new AssemblyView(ReferencePath);
        string[] used = [.. module.UsesOf(Automation).Distinct()];
        Assert.True(used.Length > 100, $"only {used.Length} uses were read");
        Assert.Equal(
            Newer.Order(StringComparer.Ordinal),
            used.Where(use => !standard.Has(use)).Order(StringComparer.Ordinal));
    }

    private static string ReferencePath => typeof(StandardLibraryTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "PowerShellStandard").Value!;

    /// <summary>The types and members of an assembly file as texts, without loading it.</summary>
    private sealed class AssemblyView : IDisposable
    {
        private readonly PEReader _file;
        private readonly MetadataReader _reader;
        private readonly Dictionary<string, string?> _bases = new(StringComparer.Ordinal);
        private readonly HashSet<string> _members = new(StringComparer.Ordinal);

        public AssemblyView(string path)
        {
            _file = new PEReader(File.OpenRead(path));
            _reader = _file.GetMetadataReader();
            foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions) Read(handle);
        }

        /// <summary>
        /// Lists the types and members of another assembly that this one refers to: "Type", "Type::Member(signature)".
        /// </summary>
        public IEnumerable<string> UsesOf(string assembly)
        {
            foreach (TypeReferenceHandle handle in _reader.TypeReferences)
            {
                if (AssemblyOf(handle) == assembly) yield return MetadataNames.Type(_reader, handle);
            }

            foreach (MemberReferenceHandle handle in _reader.MemberReferences)
            {
                MemberReference member = _reader.GetMemberReference(handle);
                if (member.Parent.Kind != HandleKind.TypeReference) continue;
                var type = (TypeReferenceHandle)member.Parent;
                if (AssemblyOf(type) != assembly) continue;
                string signature = member.GetKind() == MemberReferenceKind.Method
                    ? MetadataNames.Method(member.DecodeMethodSignature(MetadataNames.Instance, null))
                    : " " + member.DecodeFieldSignature(MetadataNames.Instance, null);
                yield return $"{MetadataNames.Type(_reader, type)}::{_reader.GetString(member.Name)}{signature}";
            }
        }

        /// <summary>Finds such a type or member, on the type itself or on what it derives from.</summary>
        public bool Has(string use)
        {
            int colons = use.IndexOf("::", StringComparison.Ordinal);
            if (colons < 0) return _bases.ContainsKey(use);
            string member = use[colons..];
            for (string? type = use[..colons]; type is not null; type = _bases.GetValueOrDefault(type))
            {
                if (_members.Contains(type + member)) return true;
            }

            return false;
        }

        public void Dispose() => _file.Dispose();

        private void Read(TypeDefinitionHandle handle)
        {
            TypeDefinition type = _reader.GetTypeDefinition(handle);
            string name = MetadataNames.Type(_reader, handle);
            _bases[name] = type.BaseType.Kind switch
            {
                _ when type.BaseType.IsNil => null,
                HandleKind.TypeDefinition => MetadataNames.Type(_reader, (TypeDefinitionHandle)type.BaseType),
                HandleKind.TypeReference => MetadataNames.Type(_reader, (TypeReferenceHandle)type.BaseType),
                _ => null,
            };
            foreach (MethodDefinition method in type.GetMethods().Select(_reader.GetMethodDefinition))
            {
                string signature = MetadataNames.Method(method.DecodeSignature(MetadataNames.Instance, null));
                _members.Add($"{name}::{_reader.GetString(method.Name)}{signature}");
            }

            foreach (FieldDefinition field in type.GetFields().Select(_reader.GetFieldDefinition))
            {
                string signature = field.DecodeSignature(MetadataNames.Instance, null);
                _members.Add($"{name}::{_reader.GetString(field.Name)} {signature}");
            }
        }

        private string? AssemblyOf(TypeReferenceHandle handle)
        {
            EntityHandle scope = _reader.GetTypeReference(handle).ResolutionScope;
            return scope.Kind switch
            {
                HandleKind.TypeReference => AssemblyOf((TypeReferenceHandle)scope),
                HandleKind.AssemblyReference =>
                    _reader.GetString(_reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
                _ => null,
            };
        }
    }
}
