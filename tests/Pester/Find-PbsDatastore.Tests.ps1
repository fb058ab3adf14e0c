Describe 'Find-PbsDatastore' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $disk = Join-Path $TestDrive disk
        foreach ($folder in 'a/empty/.chunks', 'b/deep/er/.chunks', 'c/no store') { $null = New-Item -ItemType Directory "$disk/$folder" }
        foreach ($lock in 'a/empty/.lock', 'b/deep/er/.lock') { $null = New-Item -ItemType File "$disk/$lock" }
    }

    It 'finds stores below a folder' {
        (Find-PbsDatastore $disk).Path | Should -Be "$disk/a/empty", "$disk/b/deep/er"
    }

    It 'counts what is in a store and shows the newest backup' {
        $found = Find-PbsDatastore (Split-Path $Store)
        $found | Should -BeOfType PbsModule.Core.Features.Status.FoundDatastore
        $found.SnapshotCount, $found.GroupCount, $found.NamespaceCount | Should -Be 26, 11, 4
        $found.NewestBackup | Should -Be ([datetimeoffset]'2024-10-27T01:30:00Z')
        $found.Path | Should -Be $Store
    }

    It 'shows the local cache of a bucket as such, and the name of a registered store' {
        $cache = Join-Path $TestDrive cache
        Copy-Item $Store $cache -Recurse
        (Find-PbsDatastore $cache).Backend | Should -Be filesystem
        Get-ChildItem "$cache/.chunks" -Recurse -File | ForEach-Object { [System.IO.File]::WriteAllBytes($_.FullName, @()) }
        (Find-PbsDatastore $cache).Backend | Should -Be s3
        $table = (Find-PbsDatastore $cache | Out-String -Width 400).Trim() -replace '\s+', ' '
        $table | Should -BeLike '*/cache: local cache of an S3 bucket: it can only be listed and read here'
        $copy = Get-PbsSnapshot $cache -Recurse | Select-Object -First 1
        { $copy | Remove-PbsSnapshot -Force -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreBackendUnsupported,*'
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store })
        try { Find-PbsDatastore $Store | Out-String -Width 400 | Should -BeLike "*$Store (ds1)*" }
        finally { Disconnect-PbsServer }
    }

    It 'says what to do where there is none, but not for each folder that meets a pattern' {
        Find-PbsDatastore "$disk/c" -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -BeLike "there is no datastore at `"$disk/c`" and 5 levels below.*-Depth*"
        @(Find-PbsDatastore "$disk/*" -WarningVariable warned).Count | Should -Be 2
        $warned | Should -BeNullOrEmpty
    }

    It 'looks no deeper than asked' { (Find-PbsDatastore $disk -Depth 2).Path | Should -Be "$disk/a/empty" }

    It 'takes wildcards, the pipeline, and literal paths' {
        (Find-PbsDatastore "$disk/*").Path.Count | Should -Be 2
        ("$disk/a", "$disk/b" | Find-PbsDatastore).Path.Count | Should -Be 2
        (Get-Item "$disk/a" | Find-PbsDatastore).Path | Should -Be "$disk/a/empty"
        (Find-PbsDatastore -LiteralPath "$disk/b").Path | Should -Be "$disk/b/deep/er"
    }

    It 'starts at the current location where nothing is given' {
        Push-Location "$disk/a"
        try { (Find-PbsDatastore).Path | Should -Be "$disk/a/empty" }
        finally { Pop-Location }
    }

    It 'leads on to what is in them' {
        @(Find-PbsDatastore (Split-Path $Store) | Get-PbsSnapshot -Recurse).Count | Should -Be 26
        @((Find-PbsDatastore (Split-Path $Store)).Datastore | Get-PbsGroup).Count | Should -Be 8
    }

    It 'reports a folder that is not there and goes on' {
        $failed = $null
        (Find-PbsDatastore "$disk/none", "$disk/a" -ErrorAction SilentlyContinue -ErrorVariable failed).Path | Should -Be "$disk/a/empty"
        $failed.Count | Should -Be 1
        $failed[0].CategoryInfo.Category | Should -BeIn 'ObjectNotFound', 'ReadError'
    }

    It 'stops early' { @(Find-PbsDatastore $disk | Select-Object -First 1).Count | Should -Be 1 }
}
