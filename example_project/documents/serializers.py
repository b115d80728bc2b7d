"""Documents as JSON."""

from rest_framework import serializers

from example_project.documents.models import Document


class DocumentSerializer(serializers.ModelSerializer):
    tenant = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    owner = serializers.SlugRelatedField(slug_field="username", read_only=True)

    class Meta:
        model = Document
        fields = ["id", "title", "text", "state", "tenant", "owner"]
        # Publishing has an action, and a policy, of its own.
        read_only_fields = ["state"]
