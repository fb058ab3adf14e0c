Describe 'Help' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $docs = Join-Path $PSScriptRoot ../../docs
    }

    It 'says of each cmdlet what it takes, and is rendered' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) { Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PlatyPS is not installed' }
        $help = New-Item -ItemType Directory (Join-Path $TestDrive en-US)
        $output = & pwsh -NoProfile -NonInteractive -File (Join-Path $docs Export-Help.ps1) -Module $env:PBS_TEST_MODULE -Destination $help 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $pages = ([xml] (Get-Content (Join-Path $help PbsModule.dll-Help.xml) -Raw)).SelectNodes("//*[local-name()='details']/*[local-name()='name']").InnerText.Trim()
        $pages | Sort-Object | Should -Be (Get-Command -Module PbsModule -CommandType Cmdlet).Name
        Get-ChildItem $help about_*.help.txt | Should -HaveCount (Get-ChildItem $docs about_*.md).Count
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
