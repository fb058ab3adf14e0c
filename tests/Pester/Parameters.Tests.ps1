# What all cmdlets do with the values of their parameters.
Describe 'A parameter that nothing is in' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters

        # What binds to the mandatory parameters beside the one that is tried.
        $something = @{
            Archive = 'root.pxar'; AclPath = '/'; AuthId = 'admin@pbs'; Credential = [pscredential]::new('a@pbs', (ConvertTo-SecureString x -AsPlainText)); Datastore = 'ds1'
            Destination = "$TestDrive/out"; Digest = '0' * 64; Entry = 'acl:1:/:admin@pbs:Admin'; FileName = '*'; Forecast = $true; Group = 'vm/100'
            KeyFile = "$PSScriptRoot/../corpus/keys/enc-kdf-none.json"; LiteralPath = $Store; LogFile = $PSCommandPath; MasterKeyFile = "$PSScriptRoot/../corpus/keys/master-private.pem"; Namespace = 'q'; NewOwner = 'admin@pbs'; Path = $Store
            Privilege = 'Datastore.Audit'; Role = 'Admin'; Snapshot = 'vm/100/2024-05-12T00:00:02Z'; Text = 'x'
            Upid = 'UPID:pve:00000001:00000001:00000001:65000000:verify:ds1:root@pam:'
        }

        # Refused before anything is done: by the binder, or by the cmdlet as it begins.
        function Test-Refusal {
            param([string] $Cmdlet, [hashtable] $With)
            try { $null = & $Cmdlet @With -ErrorAction Stop 3>$null }
            catch { return $_.FullyQualifiedErrorId -match '^(ParameterEmpty|ParameterArgumentValidationError|ParameterArgumentTransformationError|ParameterBindingFailed|CannotConvertArgument)' }
            $false
        }
    }
    AfterAll { Disconnect-PbsServer }

    It 'is refused among other values, too' {
        { Get-PbsSnapshot ds1 -Namespace @($null) } | Should -Throw -ErrorId 'ParameterEmpty,*'
        { Get-PbsSnapshot ds1 -Namespace 'a', $null } | Should -Throw -ErrorId 'ParameterEmpty,*'
        { Get-PbsSnapshot ds1 -Owner 'root@pam', '' } | Should -Throw -ErrorId 'ParameterEmpty,*'
        { Find-PbsFile ds1 -Archive @('') } | Should -Throw -ErrorId 'ParameterEmpty,*'
        { Remove-PbsGroup ds1 vm/100 -Namespace @($null) -WhatIf } | Should -Throw -ErrorId 'ParameterEmpty,*'
        @(Get-PbsSnapshot ds1 -Namespace '', 'a' -WarningAction Ignore).Namespace | Select-Object -Unique | Should -Be '', 'a'
        # A row that says nothing of a namespace means none.
        @([pscustomobject]@{ Datastore = 'ds1'; Namespace = $null; BackupType = 'vm'; BackupId = '100' } | Get-PbsSnapshot).Count | Should -Be 2
    }

    It 'is refused, and never taken for everything' {
        # A password that a key does not have, notes that are taken away, a choice that is not made.
        $meant = 'KeyPassword', 'MasterKeyPassword', 'Text', 'Propagate'
        $taken = foreach ($cmdlet in Get-Command -Module PbsModule -CommandType Cmdlet) {
            foreach ($parameter in $cmdlet.Parameters.Values) {
                if ($parameter.Name -in $common -or $parameter.Name -in $meant -or $parameter.SwitchParameter) { continue }
                if ($parameter.ParameterSets.Values.IsMandatory -contains $true) { continue }
                if ($parameter.ParameterType.IsValueType) { continue }
                $set = $cmdlet.ParameterSets | Where-Object { $_.Parameters.Name -contains $parameter.Name } | Select-Object -First 1
                $with = @{ $parameter.Name = $null }
                foreach ($other in $set.Parameters | Where-Object IsMandatory) {
                    $with[$other.Name] = $something[$other.Name] ?? $(throw "the test has nothing for -$($other.Name) of $($cmdlet.Name)")
                }
                if (-not (Test-Refusal $cmdlet.Name $with)) { "$($cmdlet.Name) -$($parameter.Name)" }
            }
        }
        $taken | Should -BeNullOrEmpty
    }
}
