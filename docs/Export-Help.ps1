<#
.SYNOPSIS
Checks the help pages against the cmdlets and renders them. Called by ./build.ps1 Docs.
#>
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Destination
)

# No strict mode: PlatyPS does not bear it.
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0
Import-Module $Module
$scratch = Join-Path ([System.IO.Path]::GetTempPath()) "pbs-help-$([guid]::NewGuid())"

# What a page says about syntax and parameters: the part that is not prose.
function Get-Declaration {
    param([string] $Path)
    $text = (Get-Content $Path -Raw) -replace "`r"
    [regex]::Match($text, '(?ms)^## SYNTAX$.*?(?=^## )').Value
    [regex]::Matches($text, '(?ms)^### -\w+$|^```yaml$.*?^```$') | ForEach-Object Value
}

try {
    $pages = Get-ChildItem (Join-Path $PSScriptRoot cmdlets) -Filter *-*.md
    $pages | Test-MarkdownCommandHelp -DetailView | Where-Object { $_ -match 'FAIL' } | ForEach-Object { throw "$_" }
    $null = New-MarkdownCommandHelp -ModuleInfo (Get-Module PbsModule) -OutputFolder $scratch -AbbreviateParameterTypename
    foreach ($page in $pages) {
        $fresh = Join-Path $scratch PbsModule $page.Name
        $difference = Compare-Object (Get-Declaration $fresh) (Get-Declaration $page)
        if ($difference) { throw "$($page.Name) does not say what the cmdlet takes; it should have:`n$(($difference | Where-Object SideIndicator -eq '<=').InputObject -join "`n")" }
    }

    $null = $pages | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $scratch -Force
    Copy-Item (Join-Path $scratch PbsModule PbsModule.dll-Help.xml) $Destination

    foreach ($topic in Get-ChildItem $PSScriptRoot -Filter about_*.md) {
        # Get-Help shows topics as plain text, and finds them by a first line with their name.
        $lines = Get-Content $topic | Where-Object { $_ -notmatch '^```' } | ForEach-Object { $_ -replace '^#+ ' }
        Set-Content (Join-Path $Destination "$($topic.BaseName).help.txt") (@('TOPIC') + ($lines[0] -replace '^', '    ') + $lines[1..($lines.Count - 1)])
    }
}
finally {
    Remove-Item $scratch -Recurse -Force -ErrorAction Ignore
}
