<#
.SYNOPSIS
Checks with PlatyPS what the help pages say about the cmdlets. Called by ./build.ps1 Docs.
.PARAMETER Update
Brings what pages say about syntax and parameters up to date first; what people wrote stays.
#>
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [switch] $Update
)

# No strict mode: PlatyPS does not bear it.
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0
$scratch = Join-Path ([System.IO.Path]::GetTempPath()) "pbs-help-$([guid]::NewGuid())"

# What the cmdlets take is asked of them, not of help that is there already.
$bare = (New-Item -ItemType Directory (Join-Path $scratch bare PbsModule)).FullName
$folder = (Test-Path $Module -PathType Container) ? $Module : (Split-Path $Module)
Get-ChildItem $folder | Where-Object Name -ne en-US | Copy-Item -Destination $bare -Recurse
Import-Module $bare

# What a page says about syntax and parameters: the part that is not prose.
function Get-Declaration {
    param([string] $Path)
    $text = (Get-Content $Path -Raw) -replace "`r"
    [regex]::Match($text, '(?ms)^## SYNTAX$.*?(?=^## )').Value
    [regex]::Matches($text, '(?ms)^### -\w+$|^```yaml$.*?^```$') | ForEach-Object Value
}

# Puts the declarations of a fresh page into an old one, with the old one's prose.
function Update-Declaration {
    param([string] $Path, [string] $Fresh)
    $old = (Get-Content $Path -Raw) -replace "`r"
    $new = (Get-Content $Fresh -Raw) -replace "`r"
    $syntax = [regex]::Match($new, '(?ms)^## SYNTAX$.*?(?=^## )').Value
    $old = [regex]::Replace($old, '(?ms)^## SYNTAX$.*?(?=^## )', { $syntax })
    $parameter = '(?ms)^### -(?<name>\w+)\n(?<prose>.*?)(?<yaml>^```yaml$.*?^```$)\n*'
    $prose = @{}
    foreach ($match in [regex]::Matches($old, $parameter)) { $prose[$match.Groups['name'].Value] = $match.Groups['prose'].Value }
    $parameters = foreach ($match in [regex]::Matches($new, $parameter)) {
        $name = $match.Groups['name'].Value
        "### -$name`n$($prose.ContainsKey($name) ? $prose[$name] : $match.Groups['prose'].Value)$($match.Groups['yaml'].Value)`n`n"
    }
    $old = [regex]::Replace($old, '(?ms)^## PARAMETERS\n+(### -\w+\n.*?^```yaml$.*?^```$\n*)*', { "## PARAMETERS`n`n$(-join $parameters)" })
    Set-Content $Path $old -NoNewline
}

try {
    $pages = Get-ChildItem (Join-Path $PSScriptRoot cmdlets) -Filter *-*.md
    $null = New-MarkdownCommandHelp -ModuleInfo (Get-Module PbsModule) -OutputFolder $scratch -AbbreviateParameterTypename
    $wrong = foreach ($page in $pages) {
        $fresh = Join-Path $scratch PbsModule $page.Name
        if ($Update) { Update-Declaration $page $fresh }
        $difference = Compare-Object (Get-Declaration $fresh) (Get-Declaration $page)
        if ($difference) { "$($page.Name) does not say what the cmdlet takes (./build.ps1 Docs -Update mends it); it should have:`n$(($difference | Where-Object SideIndicator -eq '<=').InputObject -join "`n")" }
    }

    if ($wrong) { throw ($wrong -join "`n`n") }
    $pages | Test-MarkdownCommandHelp -DetailView | Where-Object { $_ -match 'FAIL' } | ForEach-Object { throw "$_" }
}
finally {
    Remove-Item $scratch -Recurse -Force -ErrorAction Ignore
}
