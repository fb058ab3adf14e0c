Describe 'Show-PbsUsage' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $root = New-ConfigRoot
        $null = Connect-PbsServer $root -StateRoot (New-StateRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'draws usage, history, forecast and groups' {
        $lines = Show-PbsUsage ds1 Year -Width 90
        $lines | ForEach-Object { $_ | Should -BeOfType string }
        $lines[0] | Should -Be 'ds1'
        $text = $lines -join "`n"
        $text | Should -Match '\d+% used, .* free'
        $text | Should -Match 'Usage over the last year'
        $text | Should -Match '100% \|'
        $text | Should -Match '(full about \d{4}-|no forecast: )'
        $text | Should -Match 'host/alpha'
        $text | Should -Match '# its own, - shared with others'
    }

    It 'keeps to the width, and is plain ASCII when it goes elsewhere' {
        foreach ($width in 40, 77, 200) {
            $lines = Show-PbsUsage ds1 -Width $width | ForEach-Object { $_ }
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
            ($lines -join '') | Should -Not -Match '[^\x20-\x7e]'
        }
    }

    It 'draws with blocks and colours in a terminal, unless NO_COLOR is set' {
        $type = (Get-Command Show-PbsUsage).ImplementingType.Assembly.GetType('PbsModule.Views.TerminalCanvas')
        $type | Should -Not -BeNullOrEmpty
        $plain = [System.Activator]::CreateInstance($type, @(100, $true))
        $rich = [System.Activator]::CreateInstance($type, @(100, $false))
        $plain.Colored('x', 31) | Should -Be 'x'
        $rich.Colored('x', 31) | Should -Be "`e[31mx`e[0m"
    }

    It 'is plain where the line sends it into a file' {
        $find = (Get-Command Show-PbsUsage).ImplementingType.Assembly.GetType('PbsModule.Views.TerminalCanvas').GetMethod('GoesToFile', [System.Reflection.BindingFlags] 'Static, NonPublic')
        foreach ($line in 'Show-PbsUsage ds1 > x.txt', '  Show-PbsUsage >> x.txt', 'if (1) { Show-PbsUsage ds1 *> x.txt }', '1 > y; Show-PbsUsage > x') {
            $find.Invoke($null, @($line, ($line.IndexOf('Show') + 1))) | Should -BeTrue -Because $line
        }
        foreach ($line in 'Show-PbsUsage ds1', 'Show-PbsUsage ds1 2> x.txt', 'Show-PbsUsage 3>&1', '1 > y; Show-PbsUsage', 'Show-PbsUsage "a > b"', 'Show-PbsUsage {', '') {
            $find.Invoke($null, @($line, ($line.IndexOf('Show') + 1))) | Should -BeFalse -Because $line
        }
    }

    It 'takes -Top, also 0, and objects' {
        $text = (Show-PbsUsage ds1 -Top 2 -Width 90) -join "`n"
        $text | Should -Match 'Space of the 2 largest of 11 groups'
        ((Show-PbsUsage ds1 -Top 0 -Width 90) -join "`n") | Should -Not -Match 'Space of'
        (Get-PbsDatastore ds1 | Show-PbsUsage -Top 0)[0] | Should -Be 'ds1'
    }

    It 'shows the groups that a report shows, also those whose owner cannot be read' {
        $text = (Show-PbsUsage $Corrupt -Width 90 3>$null 2>$null) -join "`n"
        $text | Should -Match 'Space of 11 groups'
        $text | Should -Match 'host/signed'
        $page = (Export-PbsReport $Corrupt (Join-Path $TestDrive usage.html) -PassThru 3>$null).FullName
        foreach ($group in 'host/signed', 'ns/a/ns/b/vm/200') { Get-Content $page -Raw | Should -Match ">$group</th>" }
        (Measure-PbsDatastore $Corrupt 3>$null).GroupCount | Should -Be 11
    }

    It 'says what there is no picture of' {
        $text = (Show-PbsUsage $Store -Width 80) -join "`n"
        $text | Should -Not -BeNullOrEmpty
        $null = Connect-PbsServer $root -StateRoot $TestDrive
        try { ((Show-PbsUsage ds1 -Width 80) -join "`n") | Should -Match 'nothing was recorded' }
        finally { $null = Connect-PbsServer $root -StateRoot (New-StateRoot) }
    }

    It 'reports a store that is not there and goes on' {
        $failed = $null
        (Show-PbsUsage none, ds1 -Top 0 -ErrorAction SilentlyContinue -ErrorVariable failed)[0] | Should -Be 'ds1'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'DatastoreNotFound,*'
    }

    It 'changes nothing, stops, and completes' {
        $before = Get-Fingerprint $Store
        $null = Show-PbsUsage ds1
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { Show-PbsUsage '$Store' }" -After 3 | Should -BeLessThan 10
        (Get-Completion 'Show-PbsUsage ds1 -Timeframe Mo').CompletionText | Should -Be 'Month'
    }
}
