"""Pages, components and states: the Reflex face of chatbeside."""
