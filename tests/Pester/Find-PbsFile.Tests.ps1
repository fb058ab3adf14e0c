Describe 'Find-PbsFile' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
    }
    AfterAll { Disconnect-PbsServer }

    It 'finds by name in all snapshots of a group, in their order' {
        $hits = @(Find-PbsFile ds1 host/alpha hostname)
        $hits[0] | Should -BeOfType PbsModule.Core.Features.Catalogs.CatalogItemInfo
        $hits.Count | Should -Be 5
        $hits.Path | Sort-Object -Unique | Should -Be '/etc/hostname'
        ($hits.BackupTime | Sort-Object) | Should -Be $hits.BackupTime
        $hits[0].Archive, $hits[0].Type | Should -Be 'root.pxar', 'File'
        @(Find-PbsFile ds1 $alpha -Name HOST*).Count | Should -Be @(Find-PbsFile ds1 $alpha -Name host*).Count
        Find-PbsFile ds1 $alpha -Name HOST* -CaseSensitive | Should -BeNullOrEmpty
        Find-PbsFile ds1 $alpha -Name HOSTNAME | Should -BeNullOrEmpty
    }

    It 'takes snapshots, groups, texts, keys and rows' {
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Find-PbsFile -Name hostname).Count | Should -Be 5
        @(Get-PbsGroup ds1 host/alpha | Find-PbsFile -Name hostname).Count | Should -Be 5
        @($alpha | Find-PbsFile -Datastore ds1 -Name hostname).Count | Should -Be 1
        @(Find-PbsFile ds1 -BackupType host -BackupId alpha -Name hostname).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | ConvertTo-Csv | ConvertFrom-Csv | Find-PbsFile -Name hostname).Count | Should -Be 5
        $hits = @(Find-PbsFile ds1 host/alpha hostname)
        @($hits | Get-PbsCatalogItem).Count | Should -Be 5
        "$($hits | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsCatalogItem)" | Should -Be "$hits"
    }

    It 'finds by path, archive and type' {
        @(Find-PbsFile ds1 host/alpha -ItemPath /etc/hostname).Count | Should -Be 5
        @(Find-PbsFile ds1 host/alpha -Path /etc/hostname, /none).Count | Should -Be 5
        (Find-PbsFile ds1 $alpha -ItemPath '/etc/*').Path | Should -Contain '/etc/hostname'
        (Find-PbsFile ds1 $alpha -Type SymbolicLink).Type | Sort-Object -Unique | Should -Be 'SymbolicLink'
        (Find-PbsFile ds1 $alpha -Archive home* -Type File).Archive | Sort-Object -Unique | Should -Be 'home.pxar'
        Find-PbsFile ds1 $alpha -Name *none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'finds everything that is listed' {
        $listed = @(Get-PbsCatalogItem ds1 $alpha -Recurse | Where-Object Path -NE /)
        "$(Find-PbsFile ds1 $alpha)" | Should -Be "$listed"
    }

    It 'compares names as -like does' {
        $names = @((Get-PbsCatalogItem ds1 $alpha -Recurse).Name | Where-Object { $_ -ne '' } | Sort-Object -Unique)
        $names += 'a[1].txt', 'A]b', 'x-y', '-', '`', 'ÄÖ', 'straße', 'İ', 'ﬁ'
        foreach ($pattern in '*', '*.*', 'h*', '?o*', '[a-h]*', '[A-H]*', '*[0-9]*', '*`[*', '*[[]*', '[!a]*', '*ä*', '*ß*', '?', '[x-z][-][x-z]', '[a`-]*', '*i*', '``') {
            $matcher = [PbsModule.Core.Formats.Text.WildcardName]::new($pattern)
            foreach ($name in $names) { $matcher.Matches([char[]] $name) | Should -Be ($name -like $pattern) -Because "'$name' -like '$pattern'" }
        }
    }

    It 'takes a group or snapshot in second position, and a name only after one' {
        { Find-PbsFile ds1 hostname -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Find-PbsFile ds1 hostname -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound,*'
        @(Find-PbsFile ds1 (Get-PbsGroup ds1 host/alpha) hostname).Count | Should -Be 5
        @(Find-PbsFile ds1 (Get-PbsSnapshot ds1 host/alpha -Latest 1) hostname).Count | Should -Be 1
    }

    It 'says where a pattern goes that stands in the place of a snapshot' {
        { Find-PbsFile ds1 *.txt } | Should -Throw '*unable to parse backup snapshot path ''*.txt''*-Name'
        { Find-PbsFile ds1 nothing } | Should -Throw '*in front in namespace a'
    }

    It 'tells the versions of a file' {
        $versions = @(Find-PbsFile ds1 host/alpha -ItemPath /etc/hostname -Version)
        $versions[0] | Should -BeOfType PbsModule.Core.Features.Catalogs.FileVersionInfo
        ($versions.SnapshotCount | Measure-Object -Sum).Sum | Should -Be 5
        $versions[0].FirstBackupTime | Should -BeLessOrEqual $versions[0].BackupTime
        $hits = Find-PbsFile ds1 host/alpha -ItemPath /etc/hostname
        $versions.Count | Should -Be @($hits | Group-Object Size, LastWriteTime).Count
        @($versions | Get-PbsCatalogItem).Count | Should -Be $versions.Count
        @(Get-PbsSnapshot ds1 -Recurse | Find-PbsFile -Name os-release -Version -ErrorAction SilentlyContinue -WarningAction Ignore).Count | Should -BeGreaterThan 1
    }

    It 'says what was not searched' {
        $warned = $notes = $null
        $null = Find-PbsFile ds1 host/partial -Name x -WarningVariable warned -InformationVariable notes -WarningAction SilentlyContinue
        $warned | Should -BeLike '3 snapshots that may hold files were not searched, or not as a whole: host/partial/* (it is not finished)*'
        $notes.Count | Should -Be 3
        $notes[0].MessageData | Should -BeOfType PbsModule.Core.Features.Catalogs.UnsearchedSnapshotInfo
        $notes[0].MessageData.Reason | Should -Be 'it is not finished'
        $null = Find-PbsFile ds1 vm/100 -Name x -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }

    It 'reports what cannot be searched, and goes on' {
        $failed = $null
        @(Find-PbsFile ds1 -Snapshot vm/999/2020-01-01T00:00:00Z, $alpha -Name hostname -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.FindPbsFileCommand'
        $failed = $null
        $null = Get-PbsSnapshot $Corrupt -Recurse -WarningAction Ignore | Find-PbsFile -KeyFile $key -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction Ignore
        $failed.Count | Should -BeGreaterThan 5
        $failed.TargetObject | Should -Contain 'host/alpha/2022-11-05T10:00:00Z'
        { Find-PbsFile ds1 $alpha -Name '[a' -ErrorAction Stop } | Should -Throw -ErrorId 'PatternInvalid,*'
    }

    It 'searches encrypted catalogs with their key' {
        { Find-PbsFile ds1 host/enc -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
        @(Find-PbsFile ds1 host/enc -KeyFile $key).Count | Should -BeGreaterThan 1
    }

    It 'searches only what the caller may read' {
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
            $failed = $null
            $found = Find-PbsFile ds1 -Snapshot $alpha, ct/101/2024-03-01T22:15:00Z -ErrorAction SilentlyContinue -ErrorVariable failed
            $found.BackupId | Sort-Object -Unique | Should -Be 'alpha'
            "$($failed[0])" | Should -Be 'there is no group ''ct/101'' in datastore ''ds1'', root namespace'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, stops early, and runs in parallel' {
        $before = Get-Fingerprint $Store
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Find-PbsFile | Select-Object -First 3).Count | Should -Be 3
        $count = Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | ForEach-Object -Parallel { @($_ | Find-PbsFile -Name hostname).Count }
        ($count | Measure-Object -Sum).Sum | Should -Be 5
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'stops within seconds' {
        Measure-Stop "while (`$true) { Find-PbsFile '$Store' -BackupType host -ErrorAction Ignore -WarningAction Ignore }" -After 5 | Should -BeLessThan 10
    }

    It 'completes archives and paths' {
        (Get-Completion "Find-PbsFile ds1 $alpha -Archive ro").CompletionText | Should -Be 'root.pxar'
        (Get-Completion "Find-PbsFile ds1 host/alpha -ItemPath /et").CompletionText | Should -Be '/etc'
        (Get-Completion 'Find-PbsFile ds1 -Type Sym').CompletionText | Should -Be 'SymbolicLink'
    }

    It 'fits a table' {
        foreach ($items in @(Find-PbsFile ds1 host/alpha -Type File), @(Find-PbsFile ds1 host/alpha -Type File -Version)) {
            $text = $items | Format-Table | Out-String -Width 120 -Stream | ForEach-Object { $_ -replace '\e\[[\d;]*m' }
            ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        }
    }
}
