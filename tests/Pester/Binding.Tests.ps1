# The meaning of an object is the same in every position, for every cmdlet.
Describe 'An object in first position' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        & cp -a $Store $copy
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $copy }) -RunRoot $TestDrive
        $WarningPreference = 'Ignore'
        $ProgressPreference = 'Ignore'

        # One object of each type, all of them of one snapshot, its group, its namespace or its datastore.
        $snapshot = Get-PbsSnapshot ds1 host/alpha -Latest 1
        $vm = Get-PbsSnapshot ds1 vm/100 -Latest 1
        $objects = @(
            Get-PbsDatastore ds1; Get-PbsDatastoreStatus ds1; Get-PbsGarbageCollectionStatus ds1; Measure-PbsGarbage ds1
            Measure-PbsDatastore ds1; Find-PbsDatastore $copy
            Get-PbsNamespace ds1 -Depth 0; Get-PbsNamespace ds1 -Namespace a -Depth 0
            Get-PbsGroup ds1 vm/100; Get-PbsGroup ds1 -Namespace a; Measure-PbsGroup ds1 vm/100; Get-PbsNote ds1 vm/100
            $snapshot; $vm; Get-PbsNote $vm; Measure-PbsSnapshot $vm; Measure-PbsSnapshot $vm -AsSet
            Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | Select-Object -First 1
            Start-PbsVerify $vm -NoStateUpdate
            Get-PbsSnapshotFile $vm | Where-Object FileName -eq fw.conf.blob
            Get-PbsCatalogItem $snapshot -ItemPath /etc/hostname; Get-PbsArchiveItem $snapshot -ItemPath /etc/hostname
            Find-PbsFile ds1 host/alpha -ItemPath /etc/hostname -Version | Select-Object -First 1
            Compare-PbsSnapshot $snapshot | Select-Object -First 1
        )

        # What mandatory parameters get, and what keeps a cmdlet short or from changing anything.
        $given = @{
            'Add-PbsBackupLog' = @{ LogFile = $PSCommandPath; WhatIf = $true }
            'Expand-PbsArchive' = @{ Destination = "$TestDrive/tree"; WhatIf = $true }
            'Export-PbsReport' = @{ Destination = "$TestDrive/report.html"; WhatIf = $true }
            'Get-PbsPrunePlan' = @{ KeepLast = 1 }
            'Get-PbsSnapshotFileContent' = @{ FileName = 'fw.conf.blob' }
            'Save-PbsArchiveItem' = @{ Destination = "$TestDrive/item"; WhatIf = $true }
            'Save-PbsSnapshotFile' = @{ Destination = "$TestDrive/file"; FileName = 'fw.conf.blob'; WhatIf = $true }
            'Set-PbsNote' = @{ Text = 'new'; PassThru = $true; Force = $true }
            'Show-PbsUsage' = @{ Top = 0; Width = 80 }
            'Start-PbsGarbageCollection' = @{ WhatIf = $true; Force = $true }
            'Start-PbsVerify' = @{ NoStateUpdate = $true }
            'Test-PbsSnapshotSignature' = @{ KeyFile = "$PSScriptRoot/../corpus/keys/enc-kdf-none.json" }
            'New-PbsNamespace' = @{ Namespace = 'a'; WhatIf = $true }
        }

        # About the datastore itself: they show that of the object, whatever the object is.
        $ofDatastore = 'Get-PbsDatastore', 'Get-PbsDatastoreMetric', 'Get-PbsDatastoreStatus', 'Get-PbsGarbageCollectionStatus',
            'Get-PbsTask', 'Measure-PbsDatastore', 'Measure-PbsGarbage', 'Show-PbsUsage', 'Export-PbsReport'
        $cmdlets = Get-Command -Module PbsModule -CommandType Cmdlet | Where-Object {
            $_.Parameters.Keys -contains 'Datastore' -and $_.Parameters['Datastore'].ParameterSets.Values.Position -contains 0
        }

        # What a call gives: each object as its type and text, or the error.
        function Get-Answer {
            param([scriptblock] $Call)
            try { $all = @(& $Call 2>&1) }
            catch { return [pscustomobject]@{ Failed = "$($_.FullyQualifiedErrorId)"; Text = @(); Objects = @() } }
            $failed = @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
            $out = @($all | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] })
            $id = if ($failed) { "$($failed[0].FullyQualifiedErrorId)" } else { '' }
            [pscustomobject]@{ Failed = $id; Text = @($out | ForEach-Object { "$($_.GetType().Name) $_" }); Objects = $out }
        }

        function Test-Same {
            param($Cmdlet, $Object)
            $with = $given["$Cmdlet"] ?? @{}
            $byPosition = Get-Answer { & $Cmdlet $Object @with -ErrorAction Continue }
            $byPipe = Get-Answer { $Object | & $Cmdlet @with -ErrorAction Continue }
            $named = Get-Answer { & $Cmdlet -Datastore $Object @with -ErrorAction Continue }
            $name = "$Cmdlet $($Object.PSTypeNames[0])"
            if ("$($byPosition.Text)" -ne "$($named.Text)") { "$($name): -Datastore gives $($named.Text.Count), position $($byPosition.Text.Count)" }
            $isRefused = $byPosition.Failed -and -not $byPosition.Text
            if (-not $isRefused -and "$($byPosition.Text)" -ne "$($byPipe.Text)") {
                "$($name): position gives $($byPosition.Text.Count) ($($byPosition.Failed)), pipe $($byPipe.Text.Count) ($($byPipe.Failed))"
            }
            if ("$Cmdlet" -in $ofDatastore) { return }
            foreach ($answer in $byPosition, $byPipe) {
                foreach ($key in 'Namespace', 'BackupType', 'BackupId') {
                    if ($Object.PSObject.Properties[$key] -and $null -ne $Object.$key -and "$Cmdlet" -ne 'Get-PbsNamespace') {
                        $other = @($answer.Objects | Where-Object { $_.PSObject.Properties[$key] -and "$($_.$key)" -ne "$($Object.$key)" })
                        if ($other) { "$($name): gives $($other.Count) of another $key" }
                    }
                }
            }
        }
    }
    AfterAll { Disconnect-PbsServer }

    It 'means the same as by pipe, or is refused' {
        $cmdlets.Count | Should -BeGreaterThan 30
        $objects.Count | Should -BeGreaterThan 20
        $wrong = foreach ($cmdlet in $cmdlets) { foreach ($object in $objects) { Test-Same $cmdlet $object } }
        $wrong | Should -BeNullOrEmpty
    }

    It 'means the same as by pipe, or is refused, as a row of CSV or CLIXML' {
        $rows = foreach ($object in $objects) {
            $object | ConvertTo-Csv | ConvertFrom-Csv
            [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($object))
        }
        $wrong = foreach ($name in 'Get-PbsSnapshot', 'Get-PbsGroup', 'Get-PbsPrunePlan', 'Start-PbsVerify', 'Get-PbsNote', 'Set-PbsNote', 'Measure-PbsGroup') {
            foreach ($row in $rows) { Test-Same (Get-Command $name) $row }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'is what it works on' {
        "$(Get-PbsSnapshot $vm)" | Should -Be "$vm"
        (Get-PbsPrunePlan (Get-PbsGroup ds1 vm/100) -KeepLast 1).BackupId | Select-Object -Unique | Should -Be '100'
        @(Start-PbsVerify $vm -NoStateUpdate).Count | Should -Be 1
        @(Start-PbsVerify (Get-PbsNamespace ds1 -Namespace a -Depth 0) -NoStateUpdate).Namespace | Select-Object -Unique | Should -Be 'a'
        @(Get-PbsArchiveItem (Get-PbsArchiveItem $snapshot -ItemPath /etc/hostname)).Path | Should -Be '/etc/hostname'
        @(Get-PbsSnapshotFile (Get-PbsSnapshotFile $vm | Select-Object -First 1)).Count | Should -Be 1
        (Set-PbsNote $vm -Text mine -PassThru -Force).BackupTime | Should -Be $vm.BackupTime
    }

    It 'completes an identity text that says no namespace, and contains the one that is named' {
        $a = Get-PbsNamespace ds1 -Namespace a -Depth 0
        "$(Get-PbsGroup $a host/beta)" | Should -Be 'ns/a/host/beta'
        { Get-PbsSnapshot (Get-PbsGroup ds1 vm/100) -Snapshot ct/101/2024-03-01T22:15:00Z -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        { Remove-PbsSnapshot $a vm/100/2024-05-12T00:00:02Z -Confirm:$false -Force -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        { Remove-PbsGroup $vm vm/100 -Confirm:$false -Force -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        { Remove-PbsNamespace $vm a -Confirm:$false -Force -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        { New-PbsNamespace $vm q -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        Get-PbsSnapshot ds1 vm/100/2024-05-12T00:00:02Z | Should -Not -BeNullOrEmpty
    }

    It 'is never a whole datastore to collect, whichever way it comes' {
        foreach ($part in $objects | Where-Object { $_.PSObject.Properties['Namespace'] -or $_ -is [PbsModule.Core.Features.Space.SnapshotSetSpaceInfo] }) {
            { Start-PbsGarbageCollection $part -WhatIf -ErrorAction Stop } | Should -Throw
            { $part | Start-PbsGarbageCollection -WhatIf -ErrorAction Stop } | Should -Throw
            if ($part -isnot [PbsModule.Core.Features.Space.SnapshotSetSpaceInfo]) {
                { $part | ConvertTo-Csv | ConvertFrom-Csv | Start-PbsGarbageCollection -WhatIf -ErrorAction Stop } | Should -Throw
            }
        }
    }

    It 'is refused where it is a snapshot and the group would be planned' {
        { Get-PbsPrunePlan $vm -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GroupRequired,*'
        { $vm | Get-PbsPrunePlan -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GroupRequired,*'
        { Get-PbsPrunePlan ds1 $vm -KeepLast 1 -ErrorAction Stop } | Should -Throw -ErrorId 'GroupRequired,*'
    }

    It 'is taken in second position wherever its text is' {
        $wrong = foreach ($cmdlet in $cmdlets | Where-Object { $_.Parameters.Keys -contains 'Snapshot' }) {
            $with = $given["$cmdlet"] ?? @{}
            foreach ($target in $vm, (Get-PbsGroup ds1 vm/100)) {
                if ($target -isnot [PbsModule.Core.Features.Listing.SnapshotInfo] -and $cmdlet.Parameters.Keys -notcontains 'Group') { continue }
                $object = Get-Answer { & $cmdlet ds1 $target @with -WhatIf:$true -ErrorAction Continue }
                if ($object.Failed -like 'NamedParameterNotFound*') { $object = Get-Answer { & $cmdlet ds1 $target @with -ErrorAction Continue } }
                $text = Get-Answer { & $cmdlet ds1 "$target" @with -WhatIf:$true -ErrorAction Continue }
                if ($text.Failed -like 'NamedParameterNotFound*') { $text = Get-Answer { & $cmdlet ds1 "$target" @with -ErrorAction Continue } }
                if ("$($object.Text)$($object.Failed)" -ne "$($text.Text)$($text.Failed)") { "$cmdlet $target`: object $($object.Failed), text $($text.Failed)" }
            }
        }
        $wrong | Should -BeNullOrEmpty
    }
}

Describe 'An object in first position of a cmdlet that changes it' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        & cp -a $Store $copy
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $copy }) -RunRoot $TestDrive
        $WarningPreference = 'Ignore'
        $vm = Get-PbsSnapshot ds1 vm/100 -Latest 1
        $all = { @(Get-PbsSnapshot ds1 -Recurse | ForEach-Object { "$_" }) }

        function Get-ErrorId {
            param([scriptblock] $Call)
            try { $null = & $Call } catch { return $_.FullyQualifiedErrorId }
            ''
        }
    }
    AfterAll { Disconnect-PbsServer }

    It 'never makes PowerShell ask for a target, and is refused where the pipeline refuses it' {
        $objects = @(
            Get-PbsDatastore ds1; Get-PbsDatastoreStatus ds1; Get-PbsNamespace ds1 -Namespace a -Depth 0; Get-PbsGroup ds1 vm/100
            Get-PbsNote ds1 vm/100; $vm; Get-PbsNote $vm; Get-PbsPrunePlan ds1 vm/100 -KeepLast 1 | Select-Object -First 1
            Get-PbsSnapshotFile $vm | Select-Object -First 1; Measure-PbsSnapshot $vm; Measure-PbsSnapshot $vm -AsSet
        )
        $rows = $objects | ForEach-Object { $_ | ConvertTo-Csv | ConvertFrom-Csv }
        $with = @{ 'Set-PbsOwner' = @{ NewOwner = 'admin@pbs' }; 'Invoke-PbsPrune' = @{ KeepLast = 1 } }
        $cmdlets = Get-Command -Module PbsModule -CommandType Cmdlet | Where-Object {
            $_.Parameters.Keys -contains 'WhatIf' -and $_.Parameters.Keys -contains 'Datastore' -and
            -not $_.Parameters['Datastore'].ParameterSets.Values.ValueFromPipeline
        }
        "$cmdlets" | Should -Be 'Invoke-PbsPrune Protect-PbsSnapshot Remove-PbsGroup Remove-PbsNamespace Remove-PbsSnapshot Set-PbsOwner Unprotect-PbsSnapshot'
        $acted = 0
        $wrong = foreach ($cmdlet in $cmdlets) {
            $given = $with["$cmdlet"] ?? @{}
            foreach ($object in $objects + $rows) {
                $position = Get-ErrorId { & $cmdlet $object @given -WhatIf -ErrorAction Stop }
                $pipe = Get-ErrorId { $object | & $cmdlet @given -WhatIf -ErrorAction Stop }
                if ($position -like 'MissingMandatory*') { "$cmdlet asks: $object" }
                # A datastore is what Invoke-PbsPrune takes in first position, by name or as an object; by pipe it takes plans.
                $isStore = "$cmdlet" -eq 'Invoke-PbsPrune' -and $object.PSObject.Properties.Name -contains 'MaintenanceMode'
                if ($pipe -and -not $position -and -not $isStore) { "$cmdlet takes $object in position, but by pipe it is $pipe" }
                if ($position -and -not $pipe -and "$cmdlet" -ne 'Invoke-PbsPrune') { "$cmdlet takes $object by pipe, but in position it is $position" }
                if (-not $position) { $acted++ }
            }
        }
        $wrong | Should -BeNullOrEmpty
        # One kind each for six cmdlets and two kinds of datastore for Invoke-PbsPrune, as object and as row.
        $acted | Should -Be 16
    }

    It 'is what is changed, and nothing else' {
        $before = & $all
        Protect-PbsSnapshot $vm -Force
        @(Get-PbsSnapshot ds1 -Recurse | Where-Object Protected | ForEach-Object { "$_" }) | Should -Contain "$vm"
        Unprotect-PbsSnapshot $vm -Force
        (Get-PbsSnapshot $vm).Protected | Should -BeFalse
        (Set-PbsOwner (Get-PbsGroup ds1 vm/100) -NewOwner admin@pbs -Force -PassThru).Owner | Should -Be 'admin@pbs'
        Remove-PbsSnapshot $vm -Force -Confirm:$false
        Compare-Object $before (& $all) | ForEach-Object InputObject | Should -Be "$vm"
    }

    It 'may be several, of several groups' {
        $before = & $all
        $two = @(Get-PbsSnapshot ds1 vm/100 -Latest 1) + @(Get-PbsSnapshot ds1 ct/101 -Latest 1)
        Remove-PbsSnapshot $two -Force -Confirm:$false
        @(Compare-Object $before (& $all) | ForEach-Object InputObject | Sort-Object) | Should -Be @($two | ForEach-Object { "$_" } | Sort-Object)
        $before = & $all
        Remove-PbsGroup (Get-PbsGroup ds1 ct/101) -Force -Confirm:$false
        Compare-Object $before (& $all) | Where-Object InputObject -NotLike 'ct/101/*' | Should -BeNullOrEmpty
        Test-Path $copy/ct/101 | Should -BeFalse
    }

    It 'does not stand for a target that was given and is empty' {
        $before = & $all
        $group = Get-PbsGroup ds1 host/alpha
        $none = $null
        { Remove-PbsGroup $group $none -Force -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Remove-PbsGroup $group @() -Force -Confirm:$false -ErrorAction Stop } | Should -Throw
        { $none | Remove-PbsGroup $group -Force -Confirm:$false -ErrorAction Stop } | Should -Throw
        @() | Remove-PbsGroup $group -Force -Confirm:$false -ErrorAction Stop
        & $all | Should -Be $before
    }

    It 'is asked for, in words, where only text is given: <_>' -ForEach @(
        @{ Call = { Remove-PbsSnapshot ds1 -Confirm:$false -Force -ErrorAction Stop }; Id = 'SnapshotRequired' }
        @{ Call = { Protect-PbsSnapshot -Force -ErrorAction Stop }; Id = 'SnapshotRequired' }
        @{ Call = { Remove-PbsGroup ds1 -Confirm:$false -Force -ErrorAction Stop }; Id = 'GroupRequired' }
        @{ Call = { Remove-PbsGroup vm/100 -Confirm:$false -Force -ErrorAction Stop }; Id = 'GroupRequired' }
        @{ Call = { Set-PbsOwner -NewOwner admin@pbs -Force -ErrorAction Stop }; Id = 'GroupRequired' }
        @{ Call = { Remove-PbsNamespace ds1 -Confirm:$false -Force -ErrorAction Stop }; Id = 'NamespaceRequired' }
    ) {
        $Call | Should -Throw -ErrorId "$Id,*"
    }

    It 'is a namespace that is removed' {
        $ns = New-PbsNamespace ds1 gone -Force
        Remove-PbsNamespace $ns -Force -Confirm:$false
        (Get-PbsNamespace ds1).Namespace | Should -Not -Contain 'gone'
        (Get-PbsNamespace ds1).Namespace | Should -Contain 'a'
    }
}

Describe 'What is named beside an object' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        & cp -a $Store $copy
        $config = New-ConfigRoot @{ ds1 = $copy; ds2 = $Store }
        $null = Connect-PbsServer $config -RunRoot $TestDrive
        $WarningPreference = 'Ignore'
        $group = Get-PbsGroup ds1 vm/100
        $snapshot = Get-PbsSnapshot ds1 vm/100 -Latest 1
        $row = $snapshot | ConvertTo-Csv | ConvertFrom-Csv
        $groupRow = $group | ConvertTo-Csv | ConvertFrom-Csv
    }
    AfterAll { Disconnect-PbsServer }

    It 'is refused where it is another namespace or datastore: <_>' -ForEach @(
        { $snapshot | Remove-PbsSnapshot @with }, { $row | Remove-PbsSnapshot @with }, { Remove-PbsSnapshot -Snapshot $snapshot @with }
        { $group | Remove-PbsGroup @with }, { $groupRow | Remove-PbsGroup @with }, { $group | Set-PbsOwner -NewOwner admin@pbs @with }
        { $group | Invoke-PbsPrune -KeepLast 1 @with }, { $snapshot | Protect-PbsSnapshot @with }, { $snapshot | Unprotect-PbsSnapshot @with }
        { $snapshot | Set-PbsNote -Text x @with }, { $row | Set-PbsNote -Text x @with }, { $group | Set-PbsNote -Text x @with }
        { $snapshot | Get-PbsSnapshot @with }, { $row | Get-PbsSnapshot @with }, { $group | Get-PbsGroup @with }, { $group | Get-PbsPrunePlan @with }
        { $snapshot | Start-PbsVerify -NoStateUpdate @with }, { $snapshot | Get-PbsSnapshotFile @with }, { $row | Get-PbsSnapshotFile @with }
        { Get-PbsSnapshotFile $snapshot | Save-PbsSnapshotFile -Destination $TestDrive @with }
    ) {
        $with = @{ Namespace = 'a'; ErrorAction = 'Stop' }
        if ("$_" -match '(Remove|Set|Protect|Unprotect|Invoke|Save|Start)-') { $with.WhatIf = $true }
        $_ | Should -Throw -ErrorId 'NamespaceMismatch,*'
        $with.Remove('Namespace')
        $with.Datastore = 'ds2'
        $_ | Should -Throw -ErrorId 'DatastoreMismatch,*'
    }

    It 'is refused where a text says another namespace' {
        { Remove-PbsGroup ds1 ns/a/host/beta -Namespace '' -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceMismatch,*'
        { Get-PbsGroup ds1 ns/a/host/beta -Namespace '' -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceMismatch,*'
        "$(Get-PbsGroup ds1 ns/a/host/beta -Namespace a)" | Should -Be 'ns/a/host/beta'
    }

    It 'may be a namespace from which -Recurse reaches the object' {
        @(Get-PbsGroup ds1 -Recurse | Where-Object Namespace -Like 'a*' | Get-PbsSnapshot -Namespace a -Recurse).Count | Should -BeGreaterThan 1
        { Get-PbsGroup ds1 -Namespace a/b | Get-PbsSnapshot -Namespace a -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceMismatch,*'
    }

    It 'is refused where it is another literal key, and a filter where it has wildcards' {
        { $group | Get-PbsSnapshot -BackupId 101 -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        { $group | Set-PbsNote -BackupType ct -Text x -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'SelectionMismatch,*'
        $group | Get-PbsSnapshot -BackupId 9* -ErrorAction Stop | Should -BeNullOrEmpty
        @($group | Get-PbsSnapshot -BackupId 1*).Count | Should -Be 2
    }
}

Describe 'An object of another connection' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        & cp -a $Store $copy
        $config = New-ConfigRoot @{ ds1 = $copy }
    }
    AfterEach { Disconnect-PbsServer }

    It 'never acts as who was connected before' {
        $null = Connect-PbsServer $config -RunRoot $TestDrive
        $group = Get-PbsGroup ds1 vm/100
        $snapshot = Get-PbsSnapshot ds1 vm/100 -Latest 1
        $plan = $group | Get-PbsPrunePlan -KeepLast 1
        $datastore = Get-PbsDatastore ds1
        $null = Connect-PbsServer $config -RunRoot $TestDrive -AuthId off@pbs -WarningAction Ignore
        foreach ($use in @({ $snapshot | Get-PbsSnapshotFile -ErrorAction Stop }, { Get-PbsSnapshot $snapshot -ErrorAction Stop }
            { Get-PbsSnapshot ds1 $snapshot -ErrorAction Stop }, { $snapshot | Remove-PbsSnapshot -Confirm:$false -Force -ErrorAction Stop }
            { $snapshot | Protect-PbsSnapshot -Force -ErrorAction Stop }, { $group | Set-PbsNote -Text x -Force -ErrorAction Stop }
            { $group | Set-PbsOwner -NewOwner off@pbs -Force -ErrorAction Stop }, { $plan | Invoke-PbsPrune -Confirm:$false -Force -ErrorAction Stop }
            { $group | Remove-PbsGroup -Confirm:$false -Force -ErrorAction Stop }, { Start-PbsGarbageCollection $datastore -Force -ErrorAction Stop }
            { $group | Get-PbsDatastore -ErrorAction Stop })) {
            $use | Should -Throw -ErrorId '*,*'
            try { & $use } catch { $_.FullyQualifiedErrorId | Should -BeLike 'ConnectionClosed,*' }
        }
        Test-Path (Join-Path $copy vm/100/2024-05-12T00:00:02Z/.protected) | Should -BeFalse
        # Nor does completion: off@pbs may see nothing, who connects anew may, and the group's connection is closed for both.
        $offer = { @(Get-Completion 'Get-PbsSnapshot $group -BackupTime ' | ForEach-Object { $_.ListItemText; $_.CompletionText }) -match '^2024-05-(05|12)T00:00:02Z' }
        & $offer | Should -BeNullOrEmpty
        $null = Connect-PbsServer $config -RunRoot $TestDrive
        & $offer | Should -BeNullOrEmpty
        $group = Get-PbsGroup ds1 vm/100
        & $offer | Should -Not -BeNullOrEmpty
    }

    It 'works in runspaces without a connection as long as its own is open' {
        $null = Connect-PbsServer $config
        $group = Get-PbsGroup ds1 vm/100
        $group | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; @($_ | Get-PbsSnapshot).Count } | Should -Be 2
        Disconnect-PbsServer
        $failed = $group | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; try { $_ | Get-PbsSnapshot -ErrorAction Stop } catch { $_.FullyQualifiedErrorId } }
        $failed | Should -BeLike 'ConnectionClosed,*'
    }

    It 'is refused in a runspace that is connected otherwise' {
        $null = Connect-PbsServer $config
        $group = Get-PbsGroup ds1 vm/100
        $config = $config
        $failed = $group | ForEach-Object -Parallel {
            Import-Module $env:PBS_TEST_MODULE
            $null = Connect-PbsServer $using:config -AuthId backup@pbs
            try { $_ | Get-PbsSnapshot -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
        }
        $failed | Should -BeLike 'ConnectionMismatch,*'
        @($group | Get-PbsSnapshot).Count | Should -Be 2
    }
}

Describe 'A connection without datastores' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot @{})
        $WarningPreference = 'Ignore'
    }
    AfterAll { Disconnect-PbsServer }

    It 'is refused where something is named: <_>' -ForEach @(
        { 'vm/100/2024-05-06T01:02:03Z' | Remove-PbsSnapshot -Force -Confirm:$false -ErrorAction Stop }
        { Get-PbsSnapshot -Snapshot vm/100/2024-05-06T01:02:03Z -ErrorAction Stop }, { Get-PbsGroup -Group vm/100 -ErrorAction Stop }
        { Get-PbsGroup -BackupType vm -BackupId 100 -ErrorAction Stop }
        { Start-PbsVerify -Snapshot vm/100/2024-05-06T01:02:03Z -Force -Confirm:$false -ErrorAction Stop }
        { Test-PbsSnapshot -Snapshot vm/100/2024-05-06T01:02:03Z -ErrorAction Stop }
        { Expand-PbsArchive -Snapshot host/a/2024-05-06T01:02:03Z -Destination $TestDrive/none -ErrorAction Stop }
        { Save-PbsSnapshotFile -Snapshot vm/100/2024-05-06T01:02:03Z -FileName x.blob -Destination $TestDrive/none -ErrorAction Stop }
        { Protect-PbsSnapshot -Snapshot vm/100/2024-05-06T01:02:03Z -Force -Confirm:$false -ErrorAction Stop }
        { Set-PbsNote -Snapshot vm/100/2024-05-06T01:02:03Z -Text x -Force -Confirm:$false -ErrorAction Stop }
        { Set-PbsNote -BackupType vm -BackupId 100 -Text x -Force -ErrorAction Stop }
        { Set-PbsOwner -Group vm/100 -NewOwner admin@pbs -Force -ErrorAction Stop }, { Remove-PbsGroup -Group vm/100 -Force -Confirm:$false -ErrorAction Stop }
        { Remove-PbsNamespace -Namespace a -Force -Confirm:$false -ErrorAction Stop }, { New-PbsNamespace -Namespace a -Force -ErrorAction Stop }
        { Invoke-PbsPrune -Group vm/100 -KeepLast 1 -Force -Confirm:$false -ErrorAction Stop }, { Invoke-PbsPrune -KeepLast 1 -Force -Confirm:$false -ErrorAction Stop }
        { Remove-PbsSnapshot none* vm/100/2024-05-06T01:02:03Z -Force -Confirm:$false -ErrorAction Stop }
    ) {
        $_ | Should -Throw -ErrorId 'DatastoreRequired,*'
    }

    It 'lists nothing where nothing is named' {
        Get-PbsSnapshot -ErrorAction Stop | Should -BeNullOrEmpty
    }
}
