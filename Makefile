# SPDX-License-Identifier: GPL-2.0
# The front door. Every target sets up what it needs (Debian packages included); see "make help".
FRONT := I915_CALLED=make tools/testing/i915/front

.DEFAULT_GOAL := help
.PHONY: help run quick test merge shell igt check judge bench mutate stress build clean
help run quick shell check judge build clean:
	@$(FRONT) $@

test:
	@$(FRONT) test $(foreach p,$(ONLY),--only '$(p)') $(if $(SHARD),--shard '$(SHARD)')

merge:
	@$(FRONT) merge $(DIRS)

bench:
	@$(FRONT) bench $(foreach w,$(ONLY),--only '$(w)') $(if $(REPEAT),--repeat '$(REPEAT)') $(if $(WSIM),--wsim '$(WSIM)')

mutate:
	@$(FRONT) mutate $(foreach w,$(ONLY),--only '$(w)') $(if $(FLAVOUR),--flavour '$(FLAVOUR)') $(if $(JOBS),--jobs '$(JOBS)')

igt:
	@$(FRONT) igt --igt '$(IGT)' --list '$(LIST)' \
		$(if $(FLAVOUR),--flavour '$(FLAVOUR)') $(if $(LIMIT),--limit '$(LIMIT)')

stress:
	@$(FRONT) stress $(if $(SECONDS),--seconds '$(SECONDS)') $(if $(SEEDS),--seeds '$(SEEDS)') \
		$(if $(FAULTS),--faults '$(FAULTS)') $(if $(CHIP),--chip '$(CHIP)') $(if $(FLAVOUR),--flavour '$(FLAVOUR)')
