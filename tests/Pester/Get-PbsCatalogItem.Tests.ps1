Describe 'Get-PbsCatalogItem' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
        $scrypt = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-scrypt.json
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists archives, their roots and directories' {
        $archives = @(Get-PbsCatalogItem ds1 $alpha)
        $archives[0] | Should -BeOfType PbsModule.Core.Features.Catalogs.CatalogItemInfo
        $archives.Name | Should -Contain 'root.pxar'
        $archives[0].Path, $archives[0].Type | Should -Be '/', 'Directory'
        $etc = Get-PbsCatalogItem ds1 $alpha /etc
        $etc.Name | Should -Contain 'hostname'
        $file = $etc | Where-Object Name -EQ hostname
        $file.Archive, $file.Path, $file.Type, "$file" | Should -Be 'root.pxar', '/etc/hostname', 'File', "$alpha/root.pxar/etc/hostname"
        $file.Size | Should -BeGreaterThan 0
        $file.LastWriteTime | Should -BeOfType PbsModule.Times.UtcTime
        $file.Datastore, $file.BackupType, $file.BackupId | Should -Be 'ds1', 'host', 'alpha'
        (Get-PbsCatalogItem ds1 $alpha -Archive root.pxar).Path | Should -Contain '/etc'
        (Get-PbsCatalogItem ds1 $alpha -Path /etc/hostname -Archive root.pxar.didx).Name | Should -Be 'hostname'
    }

    It 'takes snapshots, files, groups, texts, keys and rows' {
        $count = @(Get-PbsCatalogItem ds1 $alpha /etc).Count
        @(Get-PbsSnapshot ds1 $alpha | Get-PbsCatalogItem -ItemPath /etc).Count | Should -Be $count
        @($alpha | Get-PbsCatalogItem -Datastore ds1 -ItemPath /etc).Count | Should -Be $count
        @(Get-PbsCatalogItem ds1 -BackupType host -BackupId alpha -BackupTime 2024-10-27T01:30:00Z -ItemPath /etc).Count | Should -Be $count
        @(Get-PbsCatalogItem ds1 host/alpha /etc/hostname).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 $alpha | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsCatalogItem -ItemPath /etc).Count | Should -Be $count
        (Get-PbsSnapshotFile ds1 $alpha -FileName root.pxar.didx | Get-PbsCatalogItem).Path | Should -Contain '/etc'
        @(Get-PbsDatastore ds1 | Get-PbsCatalogItem -ErrorAction SilentlyContinue).Count | Should -BeGreaterThan 10
    }

    It 'leads from item to item, whatever their names' {
        $root = Get-PbsCatalogItem ds1 $alpha -Archive root.pxar
        @($root | Where-Object Path -EQ /etc | Get-PbsCatalogItem).Count | Should -Be @(Get-PbsCatalogItem ds1 $alpha /etc).Count
        $all = @(Get-PbsCatalogItem ds1 $alpha -Recurse | Where-Object Type -NE Directory)
        $again = @($all | Get-PbsCatalogItem -ErrorAction Stop)
        "$again" | Should -Be "$all"
        $rows = @($all | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsCatalogItem -ErrorAction Stop)
        "$rows" | Should -Be "$all"
        @($all.Name -like '*\x*').Count | Should -BeGreaterThan 0
    }

    It 'recurses, to a depth' {
        $root = @{ Archive = 'root.pxar' }
        $flat = @(Get-PbsCatalogItem ds1 $alpha @root).Count
        $one = @(Get-PbsCatalogItem ds1 $alpha @root -Depth 1).Count
        $all = @(Get-PbsCatalogItem ds1 $alpha @root -Recurse).Count
        $flat | Should -BeLessThan $one
        $one | Should -BeLessThan $all
        @(Get-PbsCatalogItem ds1 $alpha @root -Depth 0).Count | Should -Be $flat
        @(Get-PbsCatalogItem ds1 $alpha -Recurse).Count | Should -BeGreaterThan $all
    }

    It 'understands wildcards in what is typed, and literals exactly' {
        (Get-PbsCatalogItem ds1 $alpha '/e*/hostn*').Path | Should -Be '/etc/hostname'
        (Get-PbsCatalogItem ds1 $alpha '/ETC/h*' -ErrorAction Stop) | Should -BeNullOrEmpty
        (Get-PbsCatalogItem ds1 $alpha '/[e]TC/HOSTN*').Path | Should -Be '/etc/hostname'
        Get-PbsCatalogItem ds1 $alpha /none* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsCatalogItem ds1 $alpha '/[e' -ErrorAction Stop } | Should -Throw -ErrorId 'PatternInvalid,*'
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        (Get-PbsCatalogItem ds1 $alpha /none, /etc/hostname -ErrorAction SilentlyContinue -ErrorVariable failed).Path | Should -Be '/etc/hostname'
        $failed[0].FullyQualifiedErrorId | Should -Be 'CatalogPathNotFound,PbsModule.Commands.GetPbsCatalogItemCommand'
        "$($failed[0])" | Should -Be 'path "/none" not found in catalog'
        { Get-PbsCatalogItem ds1 $alpha -Archive none.pxar -ErrorAction Stop } | Should -Throw -ErrorId 'CatalogPathNotFound,*'
        { Get-PbsCatalogItem ds1 vm/100/2024-05-12T00:00:02Z -ErrorAction Stop } | Should -Throw '*it has no archives of files*' -ErrorId 'CatalogMissing,*'
        { Get-PbsCatalogItem ds1 host/alpha/2020-01-01T00:00:00Z -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        @(Get-PbsCatalogItem ds1 -Snapshot vm/100/2024-05-12T00:00:02Z, $alpha -ErrorAction SilentlyContinue).Count | Should -BeGreaterThan 0
    }

    It 'reads encrypted catalogs with their key' {
        { Get-PbsCatalogItem ds1 host/enc/2024-04-01T08:00:00Z -ErrorAction Stop } | Should -Throw "cannot decode 'catalog.pcat1.didx' - is encrypted*" -ErrorId 'KeyRequired,*'
        @(Get-PbsCatalogItem ds1 host/enc/2024-04-01T08:00:00Z -KeyFile $key -Recurse).Count | Should -BeGreaterThan 1
        $password = ConvertTo-SecureString golden-password -AsPlainText
        @(Get-PbsCatalogItem ds1 host/enc/2024-04-01T08:00:00Z -KeyFile $scrypt -KeyPassword $password).Count | Should -BeGreaterThan 0
        { Get-PbsCatalogItem ds1 host/enc/2024-04-01T08:00:00Z -KeyFile $scrypt -ErrorAction Stop } | Should -Throw -ErrorId 'KeyPasswordRequired,*'
        { Get-PbsCatalogItem ds1 host/enc/2024-04-01T08:00:00Z -KeyFile $TestDrive/none -ErrorAction Stop } | Should -Throw -ErrorId 'KeyFileNotFound,*'
    }

    It 'reports damaged catalogs with the file' {
        $failed = $null
        Get-PbsCatalogItem $Corrupt host/partial -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.Count | Should -BeGreaterThan 0
        $failed.CategoryInfo.Category | Should -Contain 'InvalidData'
    }

    It 'is for who may read, and who owns' {
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
            @(Get-PbsCatalogItem ds1 $alpha).Count | Should -BeGreaterThan 0
            { Get-PbsCatalogItem ds1 ct/101/2024-03-01T22:15:00Z -ErrorAction Stop } | Should -Throw 'there is no group ''ct/101'' in datastore ''ds1'', root namespace'
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId alice@pbs
            { Get-PbsCatalogItem ds1 $alpha -ErrorAction Stop } | Should -Throw '*missing Datastore.Read|Datastore.Backup on /datastore/ds1'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, stops early, and runs in parallel' {
        $before = Get-Fingerprint $Store
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Get-PbsCatalogItem -Recurse | Select-Object -First 3).Count | Should -Be 3
        $count = Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | ForEach-Object -Parallel { @($_ | Get-PbsCatalogItem -ItemPath /etc).Count }
        $count.Count | Should -Be 5
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'completes archives and paths' {
        (Get-Completion "Get-PbsCatalogItem ds1 $alpha -Archive ro").CompletionText | Should -Be 'root.pxar'
        (Get-Completion "Get-PbsCatalogItem ds1 $alpha /et").CompletionText | Should -Be '/etc'
        (Get-Completion "Get-PbsCatalogItem ds1 $alpha -Archive root.pxar -ItemPath /etc/host").CompletionText | Should -Contain '/etc/hostname'
        (Get-Completion "Get-PbsCatalogItem ds1 host/alpha -Path et").CompletionText | Should -Be '/etc'
    }

    It 'fits a table and is whole in JSON' {
        $items = Get-PbsCatalogItem ds1 $alpha /etc
        $text = $items | Format-Table | Out-String -Width 120 -Stream | ForEach-Object { $_ -replace '\e\[[\d;]*m' }
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match '/etc/hostname'
        $json = $items | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json
        ($json | Where-Object Name -EQ hostname).Type | Should -Be 'File'
    }
}
