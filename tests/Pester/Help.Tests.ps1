Describe 'Help' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $docs = Join-Path $PSScriptRoot ../../docs
    }

    It 'is rendered for each cmdlet' {
        foreach ($cmdlet in Get-Command -Module PbsModule -CommandType Cmdlet) {
            $page = Get-Content (Join-Path $docs cmdlets "$($cmdlet.Name).md") -Raw
            $synopsis = [regex]::Match($page, '(?ms)^## SYNOPSIS\s+(.*?)\s+^## ').Groups[1].Value -replace '\s+', ' '
            $help = Get-Help $cmdlet.Name -Full
            $help.Synopsis.Trim() | Should -BeExactly $synopsis
            @($help.examples.example) | Should -HaveCount ([regex]::Matches($page, '(?m)^### Example ').Count)
            $help.description.Text | Should -Not -BeNullOrEmpty
            # Where a cmdlet takes nothing there is no such property.
            foreach ($parameter in $help.parameters.PSObject.Properties['parameter']?.Value) {
                $parameter.description.Text | Should -Not -BeNullOrEmpty -Because "$($cmdlet.Name) -$($parameter.name)"
            }
        }
    }

    It 'says of each parameter set what it takes' {
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        foreach ($cmdlet in Get-Command -Module PbsModule -CommandType Cmdlet) {
            $takes = foreach ($set in $cmdlet.ParameterSets) {
                $parameters = foreach ($parameter in $set.Parameters | Where-Object Name -notin $common) {
                    "$($parameter.Name) $($parameter.IsMandatory) $($parameter.Position -ge 0 ? $parameter.Position : 'named')"
                }
                ($parameters | Sort-Object -Culture '') -join ', '
            }
            $says = foreach ($syntax in (Get-Help $cmdlet.Name).syntax.syntaxItem) {
                $parameters = foreach ($parameter in $syntax.PSObject.Properties['parameter']?.Value) {
                    if ($parameter.name -in $common) { continue }
                    "$($parameter.name) $($parameter.required -eq 'true') $($parameter.position)"
                }
                ($parameters | Sort-Object -Culture '') -join ', '
            }
            $says | Sort-Object -Culture '' | Should -Be ($takes | Sort-Object -Culture '') -Because $cmdlet.Name
        }
    }

    It 'has a topic for each page about_*' {
        foreach ($topic in Get-ChildItem $docs about_*.md) {
            Get-Help $topic.BaseName | Should -BeLike "*$($topic.BaseName)*SHORT DESCRIPTION*"
        }
    }

    It 'is what PlatyPS finds' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) { Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PlatyPS is not installed' }
        $output = & pwsh -NoProfile -NonInteractive -File (Join-Path $docs Test-Help.ps1) -Module $env:PBS_TEST_MODULE 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
    }

    It 'has a page on the web for each cmdlet, below the address of the project' {
        $project = (Get-Module PbsModule).ProjectUri
        foreach ($page in Get-ChildItem (Join-Path $docs cmdlets) -Filter *.md) {
            Get-Content $page -TotalCount 12 | Should -Contain "HelpUri: $project/blob/main/docs/cmdlets/$($page.Name)"
        }
    }

    It 'has topics that begin with their name and end with what to read next' {
        foreach ($topic in Get-ChildItem $docs about_*.md) {
            $text = Get-Content $topic -Raw
            $text | Should -BeLike "# $($topic.BaseName)*## SHORT DESCRIPTION*## LONG DESCRIPTION*## SEE ALSO*"
        }
    }

    It 'has lines in its topics and in README that can be typed: commands, parameters, numbers of arguments' {
        $known = (Get-Command -Module PbsModule).Name
        $wrong = foreach ($page in @(Get-ChildItem $docs about_*.md) + (Get-Item (Join-Path $docs ../README.md))) {
            $inFence = $false
            $code = foreach ($line in Get-Content $page) {
                if ($line -match '^```') { $inFence = $line -eq '```powershell' }
                # What begins with a prompt is followed by what comes out of it.
                elseif ($inFence -or ($line -match '^ {4}\S' -and $line -notmatch '^ {4}(PS>|[a-z]+ -|mount )')) { $line.Trim() }
                else { '' }
            }
            $tree = [System.Management.Automation.Language.Parser]::ParseInput(($code -join "`n"), [ref] $null, [ref] $null)
            foreach ($command in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                if ($command.GetCommandName() -notin $known) { continue }
                $bound = [System.Management.Automation.Language.StaticParameterBinder]::BindCommand($command)
                # Which set is meant shows only when values are converted.
                foreach ($failure in $bound.BindingExceptions.Values | Where-Object { $_.BindingException.ErrorId -ne 'AmbiguousParameterSet' }) { "$($page.Name): $command - $($failure.BindingException.Message)" }
            }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'names only cmdlets that there are' {
        $known = (Get-Command -Module PbsModule).Name
        foreach ($page in Get-ChildItem $docs -Recurse -Filter *.md) {
            $named = [regex]::Matches((Get-Content $page -Raw), '\b[A-Z][a-z]+-Pbs[A-Z][A-Za-z]+\b') | ForEach-Object Value | Sort-Object -Unique
            @($named | Where-Object { $_ -notin $known }) | Should -BeNullOrEmpty -Because $page.Name
        }
    }
}
