using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace PbsModule.Core.Tests;

/// <summary>Types and signatures in metadata as texts; equal ones of different assemblies have equal texts.</summary>
internal sealed class MetadataNames : ISignatureTypeProvider<string, object?>
{
    public static MetadataNames Instance { get; } = new();

    public static string Type(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Type(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public static string Type(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        return type.IsNested
            ? $"{Type(reader, type.GetDeclaringType())}+{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }

    public static string Method(MethodSignature<string> method) =>
        $"({string.Join(", ", method.ParameterTypes)}) {method.ReturnType}"
        + (method.GenericParameterCount > 0 ? $" of {method.GenericParameterCount}" : "");

    public string GetPrimitiveType(PrimitiveTypeCode code) => code.ToString();

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind) =>
        Type(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind) =>
        Type(reader, handle);

    public string GetTypeFromSpecification(
        MetadataReader reader,
        object? context,
        TypeSpecificationHandle handle,
        byte kind) => reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public string GetSZArrayType(string element) => element + "[]";

    public string GetArrayType(string element, ArrayShape shape) => $"{element}[{shape.Rank}]";

    public string GetByReferenceType(string element) => element + "&";

    public string GetPointerType(string element) => element + "*";

    public string GetPinnedType(string element) => element;

    public string GetModifiedType(string modifier, string unmodified, bool isRequired) => unmodified;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "function" + Method(signature);

    public string GetGenericInstantiation(string type, ImmutableArray<string> arguments) =>
        $"{type}<{string.Join(", ", arguments)}>";

    public string GetGenericMethodParameter(object? context, int index) => "!!" + index;

    public string GetGenericTypeParameter(object? context, int index) => "!" + index;
}
